"""Totals by day that only the calls tell, in the ways that suit few calls, a range of days and an open one."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics import daily
from analytics.daily import by_day, days_of
from analytics.totals import total
from calls.models import Call
from calls.tests.factory import NOON, make_call

pytestmark = pytest.mark.django_db
STATUSES = ("completed", "busy", "ringing")
QUERIES = ("phone=2025550", "q=wizard", "variable=n:1", "variable=n", "q=-wizard", "recorded=false", "min_cost=1")


@pytest.fixture(params=["UTC", "Europe/Berlin", "Pacific/Apia"])
def calls(request, settings):
    settings.TIME_ZONE = request.param
    for place in range(24):
        make_call(
            started_at=NOON - timedelta(hours=7 * place, microseconds=place),
            status=STATUSES[place % 3],
            from_number=("+12025550123", "+4930123456")[place % 2],
            transcript=("the wizard said so", "nothing")[place // 2 % 2],
            variables={"n": place % 3} if place % 4 else {},
            duration_ms=(None, 0, 1500)[place % 3],
            cost=(None, Decimal("0.0001"), Decimal("12.3456"))[place // 3 % 3],
        )


def counted(selection):
    """Day by day, in Python."""
    found = {}
    for call in Call.objects.filter(pk__in=selection.qs.values("pk")):
        found.setdefault(call.started_at.astimezone(selection.selection.zone).date(), []).append(call)
    return {
        day: (
            Counter(call.status for call in calls),
            sum(1 for call in calls if call.duration_ms),
            sum(call.duration_ms or 0 for call in calls),
            sum(1 for call in calls if call.cost is not None),
            sum(int((call.cost or 0) * 10_000) for call in calls),
        )
        for day, calls in found.items()
    }


def plain(totals):
    return {
        day: (Counter(one.statuses), one.talking, one.talk_ms, one.priced, one.cost_units)
        for day, one in totals.items()
    }


@pytest.mark.parametrize(
    "period", ["", "&period=7d", "&period=365d", "&from=2026-11-18", "&from=0001-01-01&to=9999-12-31"]
)
@pytest.mark.parametrize(("few", "most_days"), [(1000, 20_000), (-1, 20_000), (-1, 0)])
def test_each_way_counts_each_call_on_its_day(calls, select, monkeypatch, period, few, most_days):
    monkeypatch.setattr("calls.filters.FEW", few)
    monkeypatch.setattr(daily, "MOST_DAYS", most_days)
    for query in QUERIES:
        selection = select(f"{query}{period}")
        found = by_day(selection)
        assert plain(found) == counted(selection), query
        assert total(found.values()).calls


def test_a_long_range_is_cut_to_the_days_that_have_calls(calls, select):
    days = days_of(select("from=0001-01-01&to=9999-12-31"))
    assert date(2026, 11, 12) < days.first < days.last < date(2026, 11, 22)
    assert days_of(select("from=2027-11-12")) is None


def test_without_calls_there_are_no_days(select):
    assert by_day(select("recorded=true")) == by_day(select("phone=5550&period=7d")) == {}


@pytest.mark.skipif(connection.vendor == "sqlite", reason="PostgreSQL only")
@pytest.mark.django_db(transaction=True)
def test_postgresql_uses_a_second_process_for_what_reads_many_calls_alone(select):
    make_call(transcript="the wizard said so")
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as captured:
        by_day(select("period=30d&q=wizard"))
        cursor.execute("SHOW max_parallel_workers_per_gather")
        assert cursor.fetchone() == ("0",)
    assert sum("max_parallel_workers_per_gather = 1" in query["sql"] for query in captured) == 1
