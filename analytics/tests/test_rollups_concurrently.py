"""Writers, sealers and readers at once."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import OperationalError, connection, transaction
from django.http import QueryDict

from analytics.daily import by_day
from analytics.models import SealedDay
from analytics.sealing import seal
from calls.filters import CallFilter
from calls.models import Call
from calls.tests.factory import make_call, make_user

pytestmark = pytest.mark.django_db(transaction=True)
ZONE = ZoneInfo("UTC")
BEGIN = datetime(2026, 11, 10, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAYS, CALLS, SECONDS = 3, 12, 1.5


def whole_day(day):
    return (BEGIN + timedelta(days=day)).date()


def calls_counted(user):
    return sum(totals.calls for totals in by_day(CallFilter.for_user(QueryDict("period=30d"), user, NOW)).values())


def repeatedly(work, end):
    """How often it was done."""
    times = 0
    try:
        while time.monotonic() < end:
            work()
            times += 1
    finally:
        connection.close()
    return times


def move_a_call():
    """To another day, or make it anew there: the number of calls never changes."""
    external_id, started_at = f"call {random.randrange(CALLS)}", BEGIN + timedelta(days=random.randrange(DAYS))
    try:
        with transaction.atomic():
            call = Call.objects.select_for_update().get(external_id=external_id)
            if random.random() < 0.2:
                call.delete()
                make_call(external_id=external_id, started_at=started_at)
            else:
                call.started_at = started_at
                call.save()
    except (OperationalError, Call.DoesNotExist):
        pass  # another one was first


def test_readers_never_see_a_call_twice_or_not_at_all():
    user = make_user(sees_all=True)
    for place in range(CALLS):
        make_call(external_id=f"call {place}", started_at=BEGIN)
    counts = set()
    end = time.monotonic() + SECONDS
    works = [
        *[move_a_call] * 2,
        *[lambda: seal(whole_day(random.randrange(DAYS)), ZONE)] * 2,
        lambda: counts.add(calls_counted(user)),
    ]
    with ThreadPoolExecutor(len(works)) as pool:
        times = list(pool.map(lambda work: repeatedly(work, end), works))
    assert all(times)
    assert counts == {CALLS}
    raw = {day: Call.objects.filter(started_at__date=whole_day(day)).count() for day in range(DAYS)}
    found = by_day(CallFilter.for_user(QueryDict("period=30d"), user, NOW))
    assert {whole_day(day): calls for day, calls in raw.items() if calls} == {d: one.calls for d, one in found.items()}


def test_a_day_with_a_write_that_is_not_committed_is_not_sealed():
    user = make_user(sees_all=True)
    make_call(started_at=BEGIN)
    written, committed, sealed = threading.Event(), threading.Event(), []

    def write():
        with transaction.atomic():
            make_call(started_at=BEGIN)
            written.set()
            committed.wait(0.6)
        connection.close()

    def take():
        written.wait()
        sealed.append(seal(whole_day(0), ZONE))
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda work: work(), [write, take]))
    # SQLite waits for the writer, PostgreSQL gives up so that others need not wait.
    assert sealed == [connection.vendor == "sqlite"]
    assert SealedDay.objects.count() == len([one for one in sealed if one])
    assert calls_counted(user) == 2


def test_a_write_that_waited_for_a_seal_breaks_it():
    user = make_user(sees_all=True)
    make_call(started_at=BEGIN)
    taken, written = threading.Event(), threading.Event()

    def take():
        with transaction.atomic():
            assert seal(whole_day(0), ZONE)
            taken.set()
            written.wait(0.3)
        connection.close()

    def write():
        taken.wait()
        make_call(started_at=BEGIN)
        written.set()
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda work: work(), [take, write]))
    assert not SealedDay.objects.exists()
    assert calls_counted(user) == 2
