from datetime import timedelta
from fractions import Fraction

import pytest

from analytics.buckets import Granularity
from analytics.captured import OTHERS, Kind, captured_of, captured_over_time, variables_of
from calls.tests.factory import NOON, make_call

pytestmark = pytest.mark.django_db


def test_variables_come_with_the_share_of_calls_that_captured_them(select):
    make_call(variables={"a": 1, "b": None})
    make_call(variables={"a": 2})
    make_call()
    make_call(status="busy", variables={"a": 2})
    selection = select("status=completed")
    found = variables_of(selection)
    assert [(one.name, one.calls, one.share) for one in found] == [("a", 2, Fraction(2, 3)), ("b", 1, Fraction(1, 3))]
    assert [select(one.query).qs.count() for one in found] == [2, 1]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([True, False, None], Kind.BOOLEAN),
        ([1, 2.5, None], Kind.NUMBER),
        (["1", "x"], Kind.TEXT),
        ([1, "1"], Kind.TEXT),
        ([[1], {"a": 1}], Kind.TEXT),
        ([None], Kind.TEXT),
    ],
)
def test_the_kind_is_that_of_all_values(select, values, kind):
    for value in values:
        make_call(variables={"a": value})
    assert captured_of(select(""), "a").kind == kind


def test_values_come_with_their_calls_and_lead_to_them(select):
    for value in ("x", "x", "y", "", "has:colon", " padded"):
        make_call(variables={"a": value, "b": "x"})
    make_call()
    found = captured_of(select("variable=b"), "a")
    assert (found.totals.calls, found.missing.calls, found.distinct) == (6, 0, 5)
    assert captured_of(select(""), "a").missing.calls == 1
    for value in found.values:
        assert value.query is None or select(value.query).qs.count() == value.totals.calls
    assert [value.text for value in found.values if value.query is None] == []


def test_only_the_most_frequent_values_are_named(select):
    for index in range(25):
        make_call(variables={"a": f"value {index}"})
    found = captured_of(select(""), "a")
    assert (len(found.values), found.others.calls, found.distinct) == (20, 5, 25)


def test_booleans_have_a_share(select):
    for value in (True, True, False, None):
        make_call(variables={"a": value})
    assert captured_of(select(""), "a").true_share * 3 == 2


def test_few_numbers_are_a_bar_each_and_many_are_bars_of_a_round_width(select):
    for value in (1, 2, 2, 7.5):
        make_call(variables={"a": value})
    found = captured_of(select(""), "a")
    assert [(bar.low, bar.totals.calls, select(bar.query).qs.count()) for bar in found.bars] == [
        (1, 1, 1), (2, 2, 2), (7.5, 1, 1)
    ]  # fmt: skip
    assert found.median == 2
    for value in range(-50, 50):
        make_call(variables={"b": value})
    found = captured_of(select(""), "b")
    assert [(bar.low, bar.high) for bar in found.bars][:2] == [(-50, -45), (-45, -40)]
    assert {bar.totals.calls for bar in found.bars} == {5}
    assert found.median == -0.5


def test_a_variable_is_followed_over_time(select):
    for index in range(12):
        make_call(
            variables={"a": ["", "x", "y", "z", "u", "v"][index % 6]}, started_at=NOON - timedelta(days=index % 2)
        )
    make_call()
    course = captured_over_time(select("period=7d"), captured_of(select("period=7d"), "a"), Granularity.DAY, NOON)
    assert course.values == ["", "u", "v", "x", "y"]
    last = course.points[-1]
    assert (last.point.totals.calls, last.captured.calls) == (7, 6)
    assert {text: totals.calls for text, totals in last.values.items()} == {"": 2, "y": 2, "u": 2}
    assert course.points[-2].values[OTHERS].calls == 2
