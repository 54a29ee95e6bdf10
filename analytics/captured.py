"""What the assistants captured: how often each variable, its values, and how the calls with a value went."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

from django.db.models import Case, CharField, Count, F, FilteredRelation, Func, Q, QuerySet, Value, When

from analytics.buckets import Granularity
from analytics.courses import numbers_of
from analytics.daily import calls_of, near, years_of
from analytics.metrics import Point, trend_of
from analytics.statistics import MEDIAN, Interval, percentile_places, wilson
from analytics.totals import NOTHING, Totals, grouped, total
from calls.clock import day_number, hour_number
from calls.filters import CallFilter
from calls.models import CapturedVariable
from calls.variables import filter_parameter

VALUES_SHOWN = 20
BARS = 20
FOLLOWED = 5
# Stands for all but the values that are followed.
OTHERS = None


class Kind(StrEnum):
    """The JSON type that all values have, nulls aside; text also for a mixture."""

    BOOLEAN = "boolean"
    NUMBER = "number"
    TEXT = "text"


KINDS = {
    **dict.fromkeys(("true", "false", "boolean"), Kind.BOOLEAN),
    **dict.fromkeys(("integer", "real", "number"), Kind.NUMBER),
}


class JsonType(Func):
    """The type of a JSON value, in the words of the database."""

    function = "JSON_TYPE"
    output_field = CharField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, function="jsonb_typeof", **extra)


@dataclass(frozen=True, slots=True)
class Variable:
    """How many calls captured the variable; `share` is of all selected calls."""

    name: str
    calls: int
    share: Fraction
    query: str | None


@dataclass(frozen=True, slots=True)
class ValueShown:
    """The calls that captured one value; `share` is of those that captured any."""

    text: str
    totals: Totals
    share: Fraction
    query: str | None

    @property
    def interval(self) -> Interval | None:
        """Of the completed rate."""
        return wilson(self.totals.completed, self.totals.calls)


@dataclass(frozen=True, slots=True)
class Bar:
    """Numbers from `low` on up to, without, `high`; the last bar has its end too. One value alone has low = high."""

    low: float
    high: float
    totals: Totals
    query: str | None


@dataclass(frozen=True, slots=True)
class Captured:
    """One variable. `values` are the most frequent, `others` the calls with the rest of the `distinct` values.

    `bars` and `median` are of numbers, `true_share` of booleans; None for other kinds.
    """

    name: str
    kind: Kind
    totals: Totals
    missing: Totals
    distinct: int
    values: list[ValueShown]
    others: Totals
    bars: list[Bar] | None
    median: float | None
    true_share: Fraction | None
    query: str | None


def variables_of(selection: CallFilter) -> list[Variable]:
    """The most frequent first."""
    whole = calls_of(selection).count()
    calls = calls_of(selection).order_by().values("pk")
    rows = CapturedVariable.objects.filter(near(selection, "call"), call__in=calls)
    counted = rows.values("name").annotate(calls=Count("*")).order_by("-calls", "name")
    return [
        Variable(name, calls, Fraction(calls, whole), asking(selection, name))
        for name, calls in counted.values_list("name", "calls")
    ]


def asking(selection: CallFilter, name: str, text: str | None = None) -> str | None:
    """The query string of the calls that captured the variable, with the value whose text it is; None where the log
    cannot ask for exactly them."""
    parameter = filter_parameter(name, text or "")
    if text is None:
        parameter = name if parameter else ""
    elif ":" not in parameter:
        parameter = ""
    return selection.query_with("variable", parameter) if parameter else None


def with_variable(selection: CallFilter, name: str) -> QuerySet[Any]:
    """The selected calls with their value of the variable as `captured`, also those that have none."""
    condition = Q(variables__name=name) & near(selection, "variables__call")
    return calls_of(selection).order_by().annotate(captured=FilteredRelation("variables", condition=condition))


def captured_of(selection: CallFilter, name: str) -> Captured:
    """Reads all calls of the selection, and holds one total for each distinct value."""
    by_text, kind = _by_text(selection, name)
    missing = by_text.pop(None, NOTHING)
    whole = total(by_text.values())
    ordered = sorted(by_text, key=lambda text: (-by_text[text].calls, text or ""))
    shown = [
        ValueShown(text or "", by_text[text], Fraction(by_text[text].calls, whole.calls), asking(selection, name, text))
        for text in ordered[:VALUES_SHOWN]
    ]
    numbers = numbers_in(by_text) if kind == Kind.NUMBER else {}
    return Captured(
        name,
        kind,
        whole,
        missing,
        len(by_text),
        shown,
        total(by_text[text] for text in ordered[VALUES_SHOWN:]),
        bars_of(numbers, selection, name) if numbers else None,
        median_of(numbers) if numbers else None,
        _true_share(by_text) if kind == Kind.BOOLEAN else None,
        asking(selection, name),
    )


def _by_text(selection: CallFilter, name: str) -> tuple[dict[str | None, Totals], Kind]:
    """The totals by the text of the value, None for no value. One text may stand for values of several types."""
    by_type: dict[tuple[str | None, str | None], Totals] = grouped(
        with_variable(selection, name), text=F("captured__value_text"), type=JsonType("captured__value")
    )
    by_text: dict[str | None, Totals] = {}
    for (text, _), totals in by_type.items():
        by_text[text] = by_text[text] + totals if text in by_text else totals
    return by_text, kind_of({word for text, word in by_type if text is not None})


def kind_of(words: set[str | None]) -> Kind:
    """From the types of the database; None and null are what was captured as null."""
    kinds = {KINDS.get(word or "", Kind.TEXT) for word in words - {None, "null"}}
    return kinds.pop() if len(kinds) == 1 else Kind.TEXT


def _true_share(by_text: Mapping[str | None, Totals]) -> Fraction | None:
    true, false = (by_text.get(word, NOTHING).calls for word in ("true", "false"))
    return Fraction(true, true + false) if true + false else None


def numbers_in(by_text: Mapping[str | None, Totals]) -> dict[float, tuple[str, Totals]]:
    """The text and the totals by number, in order; nulls, and what no float can hold, are left out."""
    found = {float(text): (text, totals) for text, totals in by_text.items() if text and text != "null"}
    return {number: found[number] for number in sorted(found) if math.isfinite(number)}


def median_of(numbers: Mapping[float, tuple[str, Totals]]) -> float:
    """Each number as often as calls captured it."""
    low, high, part = percentile_places(sum(totals.calls for _, totals in numbers.values()), MEDIAN)
    first, second = _at(numbers, low), _at(numbers, high)
    return first + (second - first) * part


def _at(numbers: Mapping[float, tuple[str, Totals]], place: int) -> float:
    for number, (_, totals) in numbers.items():
        place -= totals.calls
        if place < 0:
            return number
    raise IndexError


def bars_of(numbers: Mapping[float, tuple[str, Totals]], selection: CallFilter, name: str) -> list[Bar]:
    """A bar for each number when they are few, else bars of a round width, also the empty ones between."""
    if len(numbers) <= BARS:
        return [Bar(one, one, totals, asking(selection, name, text)) for one, (text, totals) in numbers.items()]
    low, high = min(numbers), max(numbers)
    width = round_width((high - low) / BARS)
    first = math.floor(low / width)
    parts: dict[int, list[Totals]] = {place: [] for place in range(math.floor(high / width) - first + 1)}
    for number, (_, totals) in numbers.items():
        parts[math.floor(number / width) - first].append(totals)
    return [Bar((first + at) * width, (first + at + 1) * width, total(many), None) for at, many in parts.items()]


def round_width(least: float) -> float:
    """1, 2 or 5 times a power of ten, at least as wide."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least)


@dataclass(frozen=True, slots=True)
class CapturedPoint:
    """One bucket: the point has all its calls, `captured` those that captured the variable, also by value."""

    point: Point
    captured: Totals
    values: dict[str | None, Totals]


@dataclass(frozen=True, slots=True)
class CapturedCourse:
    name: str
    values: list[str]
    points: list[CapturedPoint]


def captured_over_time(
    selection: CallFilter, captured: Captured, granularity: Granularity | None = None, now: datetime | None = None
) -> CapturedCourse:
    """The most frequent values, and the others together."""
    trend = trend_of(selection, granularity, now)
    calls = with_variable(selection, captured.name).filter(captured__isnull=False)
    texts = [value.text for value in captured.values[:FOLLOWED]]
    number = hour_number if trend.granularity == Granularity.HOUR else day_number
    followed = When(captured__value_text__in=texts, then=F("captured__value_text"))
    value = Case(followed, default=Value(OTHERS), output_field=CharField())
    found = grouped(calls, number=number(selection.selection.zone, years_of(selection)), text=value)
    by_number: dict[int, dict[str | None, Totals]] = {}
    for (place, text), totals in found.items():
        by_number.setdefault(place, {})[text] = totals
    return CapturedCourse(captured.name, texts, [_captured_point(point, by_number) for point in trend.points])


def _captured_point(point: Point, by_number: Mapping[int, Mapping[str | None, Totals]]) -> CapturedPoint:
    values: dict[str | None, Totals] = {}
    for number in numbers_of(point.bucket):
        for text, totals in by_number.get(number, {}).items():
            values[text] = values.get(text, NOTHING) + totals
    return CapturedPoint(point, total(values.values()), values)
