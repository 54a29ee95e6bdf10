"""The metrics of several selections with their trend, and what the totals cost whoever writes."""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, transaction
from django.http import QueryDict

from analytics import triggers
from analytics.buckets import Granularity
from analytics.metrics import metrics_of
from analytics.models import SealedDay
from analytics.sealing import seal, seal_due
from bench.inspect_pages import signed_in
from bench.phrases import COMMON_WORD, RARE_WORD
from bench.rows import CAMPAIGNS
from bench.users import ADMINISTRATOR, VIEWER
from calls.filters import CallFilter
from calls.ingest.intake import take
from calls.ingest.records import Record

BATCH, BATCHES, ROUNDS = 200, 10, 3
DAYS_SEALED = 20
YEAR, MONTH = "period=365d", "period=30d"
# Name, query, user; the first ones are answered by daily totals.
ROLLED_UP = (
    ("no filter", YEAR, ADMINISTRATOR),
    ("no filter, all time", "", ADMINISTRATOR),
    ("one assistant", f"{YEAR}&assistant=7", ADMINISTRATOR),
    ("two assistants", f"{YEAR}&assistant=3&assistant=12", ADMINISTRATOR),
    ("campaign", f"{YEAR}&campaign={CAMPAIGNS - 4}", ADMINISTRATOR),
    ("no campaign", f"{YEAR}&campaign=none", ADMINISTRATOR),
    ("completed", f"{YEAR}&status=completed", ADMINISTRATOR),
    ("inbound", f"{YEAR}&direction=inbound", ADMINISTRATOR),
    (
        "assistant + inbound + two statuses",
        f"{YEAR}&assistant=7&direction=inbound&status=busy&status=failed",
        ADMINISTRATOR,
    ),
    ("campaign + outbound", f"{YEAR}&campaign={CAMPAIGNS - 4}&direction=outbound", ADMINISTRATOR),
    ("viewer of 3 assistants", YEAR, VIEWER),
)
READ = (
    ("30 days, at least 60 s", f"{MONTH}&min_duration=60", ADMINISTRATOR),
    ("30 days, at least 40 credits", f"{MONTH}&min_cost=40", ADMINISTRATOR),
    ("30 days, recorded", f"{MONTH}&recorded=true", ADMINISTRATOR),
    ("30 days, assistant + campaign", f"{MONTH}&assistant=7&campaign={CAMPAIGNS - 1}", ADMINISTRATOR),
    ("30 days, from 14:00", f"{MONTH}&hour=14", ADMINISTRATOR),
    ("30 days, variable, 7 of 10", f"{MONTH}&variable=order_checked:true", ADMINISTRATOR),
    ("30 days, number, 4 digits", f"{MONTH}&phone=5550", ADMINISTRATOR),
    ("30 days, word, rare", f"{MONTH}&q={RARE_WORD}", ADMINISTRATOR),
    ("30 days, word, common", f"{MONTH}&q={COMMON_WORD}", ADMINISTRATOR),
)


def main(calls: int, part: str, requests: str) -> dict[str, Any]:
    prepare()
    rows = [measured(*case, times=int(requests)) for case in ROLLED_UP + READ if part in case[0]]
    cookie = signed_in(ADMINISTRATOR).cookies["sessionid"].value
    return {"rows": rows, "write": cost_of_writing(), "seal_ms": seal_ms(), "cookie": cookie}


def prepare() -> None:
    """Also a database that was filled before there were daily totals."""
    call_command("migrate", verbosity=0, interactive=False)
    if not SealedDay.objects.exists():
        call_command("rebuild_rollups", stdout=sys.stderr)
    seal_due(zone(), datetime.now(UTC), 600)


def zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def measured(name: str, query: str, username: str, times: int) -> dict[str, Any]:
    """Metrics and trend by day of one reading, without the reading of the query string."""
    user = User.objects.get(username=username)
    milliseconds, found = [], 0
    for _ in range(times + 1):
        selection = CallFilter.for_user(QueryDict(query), user)
        began = time.perf_counter()
        found = metrics_of(selection, granularity=Granularity.DAY).totals.calls
        milliseconds.append((time.perf_counter() - began) * 1000)
    times_kept = sorted(milliseconds[1:])
    p95 = times_kept[min(len(times_kept) * 95 // 100, len(times_kept) - 1)]
    return {"name": name, "calls": found, "median_ms": statistics.median(times_kept), "p95_ms": p95}


def cost_of_writing() -> dict[str, float]:
    """Seconds to take new calls of the whole year in, in a transaction that is undone: with the triggers and all days
    sealed, so that every write unseals, and without; the best of some rounds in turns."""
    best: dict[str, float] = {}
    for _ in range(ROUNDS):
        for name in ("with", "without"):
            with transaction.atomic():
                if name == "without":
                    drop_triggers()
                best[name] = min(best.get(name, 1e9), import_seconds())
                transaction.set_rollback(True)
    return best


def drop_triggers() -> None:
    with connection.cursor() as cursor:
        for name in triggers.names(connection):
            cursor.execute(f"DROP TRIGGER {name}{'' if connection.vendor == 'sqlite' else ' ON calls_call'}")


def import_seconds() -> float:
    rng, now = random.Random(1), datetime.now(UTC)  # noqa: S311 - no secret
    records = [record(place, now - timedelta(seconds=rng.randrange(365 * 86_400))) for place in range(BATCH * BATCHES)]
    began = time.perf_counter()
    for first in range(0, len(records), BATCH):
        take(records[first : first + BATCH], "bench", "callmon")
    return time.perf_counter() - began


def record(place: int, started_at: datetime) -> Record:
    payload = {
        **{"id": f"new-{place}", "assistant": {"id": f"a-{place % 20}"}, "direction": "inbound", "status": "completed"},
        **{"from_number": "+12025550123", "started_at": started_at.isoformat(), "duration_seconds": 48, "cost": "1.25"},
        "transcript": [{"speaker": "caller", "text": "I need to check on my order status"}],
        "variables": {"order_id": str(place), "booked": True},
    }
    return Record(place, json.dumps(payload).encode(), payload)


def seal_ms() -> float:
    """To take the totals of one day of the last weeks."""
    today = datetime.now(UTC).date()
    milliseconds = []
    for days in range(2, 2 + DAYS_SEALED):
        began = time.perf_counter()
        seal(today - timedelta(days=days), zone())
        milliseconds.append((time.perf_counter() - began) * 1000)
    return statistics.median(milliseconds)
