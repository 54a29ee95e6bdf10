from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from analytics.buckets import Against, Days, Granularity
from analytics.metrics import comparison_of, metrics_of, trend_of
from calls.tests.factory import NOON, make_call

pytestmark = pytest.mark.django_db


def metrics(selection):
    return {metric.measure.name: metric for metric in metrics_of(selection, NOON).metrics}


def test_the_metrics_of_nothing_are_unknown_but_for_the_number_of_calls(select):
    found = metrics(select("period=7d"))
    assert {name: metric.value for name, metric in found.items()} == {
        "calls": 0, "completed_rate": None, "average_duration": None, "cost": None
    }  # fmt: skip
    assert all(metric.change is None for metric in found.values())


def test_the_rate_counts_open_calls_and_the_duration_only_calls_with_talk_time(select):
    make_call(duration_ms=60_000, cost=Decimal("1.5"))
    make_call(status="voicemail", duration_ms=20_000, cost=None)
    make_call(status="busy", duration_ms=0, cost=Decimal("0.25"))
    make_call(status="in_progress", duration_ms=None, cost=None)
    found = metrics(select("period=today"))
    assert found["calls"].value == 4
    assert found["completed_rate"].value == Fraction(1, 4)
    assert found["average_duration"].value == 40
    assert found["cost"].value == Decimal("1.75")
    assert metrics_of(select("period=today"), NOON).totals.open == 1


def test_the_change_is_against_as_many_days_before(select):
    for days in (0, 6, 7, 7, 7, 14):
        make_call(started_at=NOON - timedelta(days=days))
    calls = metrics(select("period=7d"))["calls"]
    assert (calls.value, calls.before, calls.difference) == (2, 3, -1)
    assert metrics_of(select("period=7d"), NOON).before_days == Days(date(2026, 11, 7), date(2026, 11, 13))


def test_an_open_range_has_no_period_before(select):
    make_call()
    assert metrics(select(""))["calls"].before is None


def test_each_metric_links_to_the_calls_behind_it(select):
    for fields in ({}, {"status": "busy", "duration_ms": None}, {"status": "voicemail"}, {"status": "ringing"}):
        make_call(**fields)
    make_call(status="failed", duration_ms=0, cost=None)
    make_call(started_at=NOON - timedelta(days=1))
    found = metrics(select("period=today"))
    behind = {name: select(metric.query).qs.count() for name, metric in found.items()}
    totals = metrics_of(select("period=today"), NOON).totals
    assert behind == {"calls": 5, "completed_rate": 1, "average_duration": 3, "cost": 4}
    assert list(behind.values()) == [totals.calls, totals.completed, totals.talking, totals.priced]


def test_a_selection_that_excludes_the_calls_behind_a_metric_has_no_link_to_them(select):
    make_call(status="busy", cost=None)
    found = metrics(select("status=busy&priced=false"))
    assert (found["completed_rate"].query, found["cost"].query) == (None, None)


def test_a_trend_has_a_point_for_each_bucket_also_without_calls(select):
    make_call(started_at=NOON - timedelta(days=2))
    points = trend_of(select("period=7d"), Granularity.DAY, NOON).points
    assert [point.totals.calls for point in points] == [0, 0, 0, 0, 1, 0, 0]
    assert [select(point.query).qs.count() for point in points] == [0, 0, 0, 0, 1, 0, 0]
    assert [point.bucket.is_over for point in points] == [True] * 6 + [False]


def test_a_trend_by_hour_links_to_the_calls_of_the_hour(select):
    make_call()
    make_call(started_at=NOON + timedelta(minutes=59))
    points = trend_of(select("period=today"), None, NOON).points
    assert [point.totals.calls for point in points] == [0] * 12 + [2] + [0] * 11
    assert select(points[12].query).qs.count() == 2


def test_a_comparison_puts_day_beside_day(select):
    make_call()
    make_call(started_at=NOON - timedelta(days=7), status="busy")
    compared = comparison_of(select("period=7d"), Against.PREVIOUS, now=NOON)
    assert [(one.totals.calls, two.totals.calls) for one, two in compared.pairs] == [(0, 0)] * 6 + [(1, 1)]
    assert compared.totals.completed_rate == 1
    assert compared.other_totals.completed_rate == 0
