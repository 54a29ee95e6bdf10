"""How the databases answer each documented filter, on enough rows for their planners to choose."""

import re
import time
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import QueryDict

from calls.filters import CallFilter
from calls.models import Assistant, Call, CallTag, Campaign, CapturedVariable, Star, Tag, Transcript
from calls.paging import COLUMNS, COUNT_CAP
from calls.tables import VALUES
from calls.tests.factory import NOON, make_assistant, make_campaign, make_user

CALLS = 30_000
STATUSES = ["completed"] * 6 + ["unanswered"] * 2 + ["voicemail", "busy"]


@pytest.fixture(scope="module")
def many_calls(django_db_setup, django_db_blocker):
    """A log of a year with the usual mixture, kept for all tests of this file."""
    with django_db_blocker.unblock():
        assistants = [make_assistant(f"Assistant {n}") for n in range(10)]
        campaigns = [make_campaign(f"Campaign {n}") for n in range(10)]
        Call.objects.bulk_create(
            (call_number(n, assistants[n % 10], campaigns[n % 10] if n % 3 else None) for n in range(CALLS)), 2000
        )
        calls = list(Call.objects.filter(external_id__startswith="plan-").order_by("id"))
        Transcript.objects.bulk_create(
            (
                Transcript(call=c, words=f"hello order {'zebra' if n % 500 == 0 else 'horse'}")
                for n, c in enumerate(calls)
            ),
            2000,
        )
        CapturedVariable.objects.bulk_create(
            (
                CapturedVariable(call=c, name="order_id", value=str(n % 5000), value_text=str(n % 5000))
                for n, c in enumerate(calls)
            ),
            2000,
        )
        add_tags_and_stars(calls)
        gather_statistics()
        yield
        with connection.cursor() as cursor:
            for model in (CallTag, Star, CapturedVariable, Transcript, Call):
                cursor.execute(f"DELETE FROM {model._meta.db_table}")
        Assistant.objects.all().delete()
        Campaign.objects.all().delete()
        Tag.objects.all().delete()
        User.objects.all().delete()


def gather_statistics():
    """As autovacuum does: statistics, and the map that lets an index answer alone. While another process looks at the
    same table the map stays incomplete, and with INDEX_CLEANUP left to itself when earlier tests left a few dead rows.
    What those left in the indexes would make them look dear.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("ANALYZE")
            return
        cursor.execute("REINDEX TABLE calls_call")
        is_complete, tries = False, 0
        while not is_complete and tries < 30:
            time.sleep(tries and 1)
            cursor.execute("VACUUM (ANALYZE, INDEX_CLEANUP ON)")
            cursor.execute("SELECT relallvisible >= relpages FROM pg_class WHERE oid = 'calls_call'::regclass")
            (is_complete,), tries = cursor.fetchone(), tries + 1
        assert is_complete


def add_tags_and_stars(calls):
    rare, common, stargazer = Tag.named("rare"), Tag.named("common"), make_user("stargazer", sees_all=True)
    CallTag.objects.bulk_create((CallTag(call=call, tag=rare) for call in calls[::500]), 2000)
    CallTag.objects.bulk_create((CallTag(call=call, tag=common) for call in calls[::2]), 2000)
    Star.objects.bulk_create((Star(call=call, user=stargazer) for call in calls[::300]), 2000)


def call_number(n, assistant, campaign):
    return Call(
        uuid=uuid.UUID(int=n),
        source="callmon",
        external_id=f"plan-{n}",
        assistant=assistant,
        assistant_name=assistant.name,
        campaign=campaign,
        direction=["inbound", "outbound"][n % 2],
        from_number=f"+1202{n * 7919 % 10_000_000:07d}",
        to_number="+12025550100",
        status=STATUSES[n * 31 % 10] if n % 5000 else "ringing",
        started_at=NOON - timedelta(minutes=17 * n),
        duration_ms=n * 37 % 600_000 if n % 4 else None,
        cost=Decimal(n % 500) / 10 if n % 4 else None,
        recorded=n % 4 < 2,
    )


FILTERS = [
    *("", "period=today", "period=7d", "period=30d", "from=2026-06-01&to=2026-06-30", "assistant={assistant}"),
    *("campaign={campaign}", "campaign=none", "status=busy", "status=ringing", "status=busy&status=voicemail"),
    *("direction=inbound", "phone=%2B12020007919", "phone=0791", "min_duration=590", "max_duration=1", "min_cost=49"),
    *("max_cost=0.5", "recorded=true", "recorded=false", "q=zebra", "q=hello", "q=-zebra", "variable=order_id:77"),
    *("tag=rare", "tag=common", "tag=rare&tag=common&status=completed", "starred=true"),
    *("status=completed&assistant={assistant}&period=30d", "period=90d&direction=outbound&status=busy"),
    *(f"sort={sign}{name}" for name in COLUMNS for sign in ("", "-")),
]


@pytest.fixture
def selection(many_calls, db):
    user = User.objects.get(username="stargazer")
    names = {"assistant": Assistant.objects.first().pk, "campaign": Campaign.objects.first().pk}
    return lambda query: CallFilter.for_user(QueryDict(query.format(**names)), user, NOON)


def page_query(selection):
    """The query of the first page, as the list asks it."""
    calls = selection.qs_to_read().values(*VALUES)
    part, columns = selection.order.parts(calls)[0], selection.order.keys[0]
    return part.order_by(*(f"-{column}" if selection.order.descending else column for column in columns))[:51]


def scans_of_calls(plan):
    pattern = r"Seq Scan on calls_call\b" if connection.vendor == "postgresql" else r"SCAN calls_call(?! USING)"
    return re.findall(pattern, plan)


@pytest.mark.parametrize("query", FILTERS)
def test_no_filter_and_no_order_reads_all_calls(selection, query):
    selected = selection(query)
    assert selected.qs.exists()
    assert scans_of_calls(page_query(selected).explain()) == []
    assert scans_of_calls(selected.qs.order_by().values("pk")[: COUNT_CAP + 1].explain()) == []
