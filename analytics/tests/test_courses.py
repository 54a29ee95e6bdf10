from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from analytics.buckets import Granularity
from analytics.courses import NOT_ITEMISED, costs_of, response_times_of
from analytics.statistics import percentile
from calls.models import CostItem, ResponseTime
from calls.tests.factory import NOON, make_call

pytestmark = pytest.mark.django_db


def test_costs_by_component_add_up_to_the_cost_of_the_calls(select):
    call = make_call(cost=Decimal("1.25"))
    CostItem.objects.create(call=call, component="llm", amount=Decimal("0.4"))
    CostItem.objects.create(call=call, component="llm", amount=Decimal("0.1"))
    make_call(cost=Decimal("2.0001"), started_at=NOON - timedelta(days=1))
    course = costs_of(select("period=7d"), Granularity.DAY, NOON)
    assert course.components == ["llm", NOT_ITEMISED]
    assert [point.components for point in course.points[-2:]] == [
        {NOT_ITEMISED: Decimal("2.0001")},
        {"llm": Decimal("0.5"), NOT_ITEMISED: Decimal("0.75")},
    ]


@pytest.mark.parametrize("granularity", [Granularity.DAY, Granularity.WEEK, Granularity.MONTH, Granularity.HOUR])
def test_percentiles_of_response_times_are_those_of_all_answers_of_the_bucket(select, granularity):
    answers = {}
    for index in range(50):
        started_at = NOON - timedelta(days=index % 4)
        call = make_call(started_at=started_at)
        for step in range(index % 7):
            duration_ms = (index * 37 + step * 101) % 500
            ResponseTime.objects.create(call=call, kind="turn", duration_ms=duration_ms)
            ResponseTime.objects.create(call=call, kind="llm", duration_ms=1)
            answers.setdefault(started_at, []).append(duration_ms)
    query = "period=7d" if granularity in ("hour", "day") else "period=90d"
    course = response_times_of(select(query), granularity, now=NOON)
    assert (course.kind, course.kinds) == ("turn", ["turn", "llm"])
    for point in course.points:
        inside = [ms for at, many in answers.items() if point.bucket.start <= at < point.bucket.end for ms in many]
        expected = [percentile(sorted(inside), share) for share in (Fraction(1, 2), Fraction(19, 20))]
        assert [point.answers, point.median_ms, point.p95_ms] == [len(inside), *expected]


def test_without_response_times_there_is_nothing_to_say(select):
    make_call()
    course = response_times_of(select("period=7d"), now=NOON)
    assert course.kinds == []
    assert {point.median_ms for point in course.points} == {None}
