"""The course of what stands beside the calls: cost by component, and response times."""

from __future__ import annotations

import functools
import operator
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.db.models import Count, F, Q, Value, Window
from django.db.models.functions import RowNumber

from analytics.buckets import Bucket, Granularity
from analytics.daily import calls_of, years_of
from analytics.metrics import Point, Trend, trend_of
from analytics.statistics import MEDIAN, P95, percentile_places
from analytics.totals import COST_UNITS, CostUnits
from calls.choices import Component, ResponseKind
from calls.clock import Step, Steps, day_number, hour_number, whole
from calls.filters import CallFilter

# The part of the costs that no item tells of.
NOT_ITEMISED = ""


@dataclass(frozen=True, slots=True)
class CostPoint:
    """Credits by component; they add up to the cost of the bucket's calls. NOT_ITEMISED is negative where items say
    more than the call."""

    point: Point
    components: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class CostCourse:
    """`components` are those that occur, in the order of Component, NOT_ITEMISED last."""

    trend: Trend
    components: list[str]
    points: list[CostPoint]


def costs_of(selection: CallFilter, granularity: Granularity | None = None, now: datetime | None = None) -> CostCourse:
    trend = trend_of(selection, granularity, now)
    units = _units_by_component(selection, trend)
    points = [CostPoint(point, _components(point, units)) for point in trend.points]
    occurring = {component for point in points for component in point.components}
    order = [component for component in (*Component.values, NOT_ITEMISED) if component in occurring]
    return CostCourse(trend, order, points)


def _units_by_component(selection: CallFilter, trend: Trend) -> dict[int, dict[str, int]]:
    """By hour_number for hours, by day_number for longer buckets."""
    number = hour_number if trend.granularity == Granularity.HOUR else day_number
    rows = (
        calls_of(selection)
        .order_by()
        .filter(cost_items__isnull=False)
        .annotate(number=number(selection.selection.zone, years_of(selection)))
        .values("number", component=F("cost_items__component"))
        .annotate(units=CostUnits("cost_items__amount"))
    )
    units: dict[int, dict[str, int]] = defaultdict(dict)
    for row in rows.values_list("number", "component", "units"):
        units[row[0]][row[1]] = row[2]
    return units


def _components(point: Point, units: dict[int, dict[str, int]]) -> dict[str, Decimal]:
    sums: dict[str, int] = defaultdict(int)
    for number in numbers_of(point.bucket):
        for component, amount in units.get(number, {}).items():
            sums[component] += amount
    if rest := point.totals.cost_units - sum(sums.values()):
        sums[NOT_ITEMISED] = rest
    return {component: Decimal(amount) / COST_UNITS for component, amount in sums.items()}


def numbers_of(bucket: Bucket) -> range:
    """The hour_number of an hour, the day_numbers of a longer bucket."""
    first, last = (day.toordinal() - 1 for day in (bucket.days.first, bucket.days.last))
    if bucket.hour is None:
        return range(first, last + 1)
    return range(24 * first + bucket.hour, 24 * first + bucket.hour + 1)


@dataclass(frozen=True, slots=True)
class ResponsePoint:
    """How long the answers in a bucket took, in milliseconds; None without any."""

    bucket: Bucket
    query: str | None
    answers: int
    median_ms: float | None
    p95_ms: float | None


@dataclass(frozen=True, slots=True)
class ResponseCourse:
    """`kinds` are those that were measured in the selection at all."""

    trend: Trend
    kind: str
    kinds: list[str]
    points: list[ResponsePoint]


def response_times_of(
    selection: CallFilter, granularity: Granularity | None = None, kind: str = "", now: datetime | None = None
) -> ResponseCourse:
    """Of one kind; without one that was measured, of what the caller waited, or of the first that there is."""
    trend = trend_of(selection, granularity, now)
    answers = calls_of(selection).order_by().filter(response_times__isnull=False)
    occurring = set(answers.values_list("response_times__kind", flat=True).distinct())
    kinds = [one for one in dict.fromkeys((ResponseKind.TURN.value, *ResponseKind.values)) if one in occurring]
    chosen = kind if kind in kinds else next(iter(kinds), ResponseKind.TURN.value)
    found = _percentiles(selection, trend, chosen) if kinds else {}
    points = [
        ResponsePoint(point.bucket, point.query, *found.get(place, (0, None, None)))
        for place, point in enumerate(trend.points)
    ]
    return ResponseCourse(trend, chosen, kinds, points)


def _percentiles(selection: CallFilter, trend: Trend, kind: str) -> dict[int, tuple[int, float | None, float | None]]:
    """Number, median and 95th percentile by the place of the bucket."""
    values: dict[int, dict[int, int]] = defaultdict(dict)
    counts: dict[int, int] = {}
    for bucket, count, rank, duration in _ranked(selection, trend, kind):
        values[bucket][rank - 1] = duration
        counts[bucket] = count
    return {
        bucket: (count, _between(values[bucket], count, MEDIAN), _between(values[bucket], count, P95))
        for bucket, count in counts.items()
    }


def _ranked(selection: CallFilter, trend: Trend, kind: str) -> Iterable[tuple[int, int, int, int]]:
    """The answers that the percentiles of a bucket lie between: its place and number of answers, rank (from 1), ms."""
    steps = [Step(point.bucket.start, place) for place, point in enumerate(trend.points)]
    ranked = (
        calls_of(selection)
        .order_by()
        .filter(response_times__kind=kind)
        .annotate(bucket=Steps("started_at", steps), ms=F("response_times__duration_ms"))
        .annotate(
            answers=Window(Count("*"), partition_by=[F("bucket")]),
            rank=Window(RowNumber(), partition_by=[F("bucket")], order_by=[F("ms")]),
        )
    )
    lows = [whole((F("answers") - 1) * share.numerator / share.denominator) for share in (MEDIAN, P95)]
    beside = functools.reduce(operator.or_, (Q(rank=low + Value(step)) for low in lows for step in (1, 2)))
    return ranked.filter(beside).values_list("bucket", "answers", "rank", "ms")


def _between(values: dict[int, int], count: int, share: Fraction) -> float:
    low, high, part = percentile_places(count, share)
    return values[low] + (values[high] - values[low]) * part
