"""The four key metrics of a selection, its course over time, and the same beside another period."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from django.utils import timezone

from analytics.buckets import (
    Against,
    Bucket,
    Comparison,
    Days,
    Granularity,
    buckets,
    chosen_days,
    compare,
    default_granularity,
    each_day,
    offered,
)
from analytics.daily import by_day, by_hour, over
from analytics.links import InDays, narrowed
from analytics.statistics import Interval, wilson
from analytics.totals import NOTHING, Totals, total
from calls.choices import LIVE_STATUSES, Status
from calls.filters import CallFilter

Number = int | Fraction | Decimal


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric: what it is called, what it says, its unit, and how totals give it. None is shown as “–”."""

    name: str
    label: str
    definition: str
    unit: str
    of: Callable[[Totals], Number | None]


MEASURES = {
    measure.name: measure
    for measure in (
        Measure("calls", "Total calls", "The calls of this selection, open ones too.", "calls", lambda t: t.calls),
        Measure(
            "completed_rate",
            "Completed rate",
            "Completed calls of all calls of this selection, open ones too.",
            "share",
            lambda t: t.completed_rate,
        ),
        Measure(
            "average_duration",
            "Average duration",
            "Talk time, answered to ended, over the calls that have some.",
            "seconds",
            lambda t: t.average_seconds,
        ),
        Measure(
            "cost", "Total cost", "The credits spent on the calls whose cost is known.", "credits", lambda t: t.cost
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Metric:
    """`value` and `before` in the unit of the measure (a share is 0 to 1). `query` selects the calls behind the value,
    None when there can be none."""

    measure: Measure
    value: Number | None
    before: Number | None
    query: str | None

    @property
    def difference(self) -> Number | None:
        if self.value is None or self.before is None:
            return None
        return self.value - self.before  # type: ignore[operator]  # both are of the measure's kind

    @property
    def change(self) -> float | None:
        """The difference as a part of what was before; None where there was nothing."""
        return float(self.difference) / float(self.before) if self.difference is not None and self.before else None


@dataclass(frozen=True, slots=True)
class Point:
    """One bucket with its calls. `interval` is that of the completed rate; `query` selects the calls."""

    bucket: Bucket
    totals: Totals
    query: str | None

    @property
    def interval(self) -> Interval | None:
        return wilson(self.totals.completed, self.totals.calls)


@dataclass(frozen=True, slots=True)
class Trend:
    """`offered` are the granularities that the range allows. Without days there are no points."""

    days: Days | None
    granularity: Granularity
    offered: list[Granularity]
    points: list[Point]


@dataclass(frozen=True, slots=True)
class Metrics:
    """`days` is None when nothing is selected and no range is named; `before_days` also when the range is open."""

    totals: Totals
    days: Days | None
    before_days: Days | None
    metrics: list[Metric]
    open_query: str | None
    trend: Trend


def metrics_of(selection: CallFilter, now: datetime | None = None, granularity: Granularity | None = None) -> Metrics:
    """What the selection adds up to, with its change against as many days before, and its trend from one reading."""
    now = now or timezone.now()
    comparison = before(selection)
    daily, previous = _both(selection, comparison)
    days = chosen_days(selection).spanning(daily, selection.selection.today)
    totals, totals_before = total(daily.values()), total(previous.values()) if comparison else None
    trend = _trend(selection, days, granularity, daily, now)
    return Metrics(
        totals=totals,
        days=days,
        before_days=comparison.others if comparison else None,
        metrics=[_metric(measure, totals, totals_before, selection) for measure in MEASURES.values()],
        open_query=_open_query(selection),
        trend=trend,
    )


def before(selection: CallFilter) -> Comparison | None:
    """As many days before those of the selection; None where its range is open."""
    chosen = chosen_days(selection)
    days = chosen.spanning((), selection.selection.today) if chosen.first else None
    return compare(days, Against.PREVIOUS) if days else None


def _both(selection: CallFilter, comparison: Comparison | None) -> tuple[dict[date, Totals], dict[date, Totals]]:
    """The daily totals of the selection and of the days before it, read together where they may be."""
    if comparison is None or not chosen_days(selection).last:
        return by_day(selection), by_day(over(selection, comparison.others)) if comparison else {}
    daily = by_day(over(selection, Days(comparison.others.first, comparison.days.last)))
    return (
        {day: totals for day, totals in daily.items() if day in comparison.days},
        {day: totals for day, totals in daily.items() if day in comparison.others},
    )


def _metric(measure: Measure, totals: Totals, before: Totals | None, selection: CallFilter) -> Metric:
    return Metric(
        measure,
        measure.of(totals),
        measure.of(before) if before else None,
        BEHIND[measure.name](selection),
    )


# The calls behind each measure.
BEHIND: Mapping[str, Callable[[CallFilter], str | None]] = {
    "calls": lambda selection: selection.query(),
    "completed_rate": lambda selection: narrowed(selection, status=Status.COMPLETED),
    "average_duration": lambda selection: narrowed(selection, talked="true"),
    "cost": lambda selection: narrowed(selection, priced="true"),
}


def _open_query(selection: CallFilter) -> str | None:
    chosen = selection.chosen("status") or list(Status)
    live = [str(status) for status in LIVE_STATUSES if status in chosen]
    rest = selection.query(status=None)
    return "&".join(filter(None, [rest, *(f"status={status}" for status in live)])) if live else None


def trend_of(selection: CallFilter, granularity: Granularity | None = None, now: datetime | None = None) -> Trend:
    """The selection's course. A granularity that its range does not allow gives way to the default."""
    daily = by_day(selection)
    days = chosen_days(selection).spanning(daily, selection.selection.today)
    return _trend(selection, days, granularity, daily, now or timezone.now())


def _trend(
    selection: CallFilter, days: Days | None, wanted: Granularity | None, daily: Mapping[date, Totals], now: datetime
) -> Trend:
    if days is None:
        return Trend(None, Granularity.DAY, [], [])
    choice = offered(days)
    granularity = wanted if wanted in choice else default_granularity(days)
    all_buckets = buckets(days, granularity, selection.selection.zone, now)
    if granularity == Granularity.HOUR:
        hourly = by_hour(selection)
        found = [hourly.get((bucket.days.first, bucket.hour or 0), NOTHING) for bucket in all_buckets]
    else:
        found = [total(daily[day] for day in each_day(bucket.days) if day in daily) for bucket in all_buckets]
    links = InDays(selection)
    points = [
        Point(bucket, totals, links.query(bucket.days.first, bucket.days.last, bucket.hour))
        for bucket, totals in zip(all_buckets, found, strict=True)
    ]
    return Trend(days, granularity, choice, points)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two courses side by side; a bucket without a counterpart stands alone."""

    comparison: Comparison
    trend: Trend
    other: Trend
    pairs: list[tuple[Point | None, Point | None]]
    totals: Totals
    other_totals: Totals
    other_query: str


def comparison_of(
    selection: CallFilter,
    against: Against,
    granularity: Granularity | None = None,
    *,
    by_weekday: bool = False,
    chosen: date | None = None,
    now: datetime | None = None,
) -> Compared | None:
    """None where the selection has no days, or the calendar none to compare them with."""
    trend = trend_of(selection, granularity, now)
    comparison = compare(trend.days, against, by_weekday=by_weekday, chosen=chosen) if trend.days else None
    if comparison is None:
        return None
    earlier = over(selection, comparison.others)
    other = trend_of(earlier, trend.granularity, now)
    return Compared(
        comparison,
        trend,
        other,
        _pairs(comparison, trend, other),
        total(point.totals for point in trend.points),
        total(point.totals for point in other.points),
        earlier.query(),
    )


def _pairs(comparison: Comparison, trend: Trend, other: Trend) -> list[tuple[Point | None, Point | None]]:
    points = {point.bucket: point for point in (*trend.points, *other.points)}
    pairs = comparison.pairs([point.bucket for point in trend.points], [point.bucket for point in other.points])
    return [(points[one] if one else None, points[two] if two else None) for one, two in pairs]
