"""The totals of a selection by day and by hour."""

from __future__ import annotations

from datetime import date

from django.db.models import Max, Min, Q, QuerySet
from django.http import QueryDict

from analytics.buckets import Days, chosen_days
from analytics.each_day import totals_by_day
from analytics.rollups import by_number, daily_totals
from analytics.sealing import ids_on
from analytics.totals import Totals, grouped, read
from calls.clock import day_number, day_of, hour_number
from calls.filters import CallFilter
from calls.models import Call
from calls.reading import Reading, Span, Way

# Parameters that are answered by other tables than that of the calls.
ELSEWHERE = ("phone", "q", "variable", "tag", "starred")
# A year with the one before, and a day of leap. What is longer may reach beyond the calls.
LONG_DAYS = 2 * 366
# More would be most calls of most logs.
NEAR_DAYS = 92
# The days of a life's calls, and more than a statement should ask for one by one.
MOST_DAYS = 20_000


def by_day(selection: CallFilter) -> dict[date, Totals]:
    """Days without calls are left out."""
    totals = daily_totals(selection, years_of(selection))
    return _from_calls(selection) if totals is None else totals


def _from_calls(selection: CallFilter) -> dict[date, Totals]:
    days, way, zone = days_of(selection), way_of(selection), selection.selection.zone
    if days is None or not selection.is_valid():
        return {}
    if (way is Reading.GATHER and is_told_elsewhere(selection)) or days.length > MOST_DAYS:
        return by_number(read(selection.qs_read(way), number=day_number(zone, days.years)))
    return totals_by_day(selection.qs_read(way, with_days=False), days, zone)


def by_hour(selection: CallFilter) -> dict[tuple[date, int], Totals]:
    """By day and hour of the clock."""
    rows = grouped(calls_of(selection), key=hour_number(selection.selection.zone, years_of(selection)))
    return {(day_of(number // 24), number % 24): totals for number, totals in rows.items()}


def days_of(selection: CallFilter) -> Days | None:
    """The days on which the selected calls may lie; None when there are no calls."""
    chosen = chosen_days(selection)
    if chosen.days and chosen.days.length <= LONG_DAYS:
        return chosen.days
    starts = Call.objects.order_by("started_at").values_list("started_at", flat=True)
    ends = [start.astimezone(selection.selection.zone).date() for start in (starts.first(), starts.last()) if start]
    if not ends:
        return None
    first, last = max(ends[0], chosen.first or ends[0]), min(ends[1], chosen.last or ends[1])
    return Days(first, last) if first <= last else None


def years_of(selection: CallFilter) -> tuple[int, int]:
    """The years in which the selected calls may lie."""
    return (days_of(selection) or Days(date.max, date.max)).years


def calls_of(selection: CallFilter) -> QuerySet[Call]:
    """The selected calls, to be read all."""
    return selection.qs_read(way_of(selection))


def is_told_elsewhere(selection: CallFilter) -> bool:
    return any(selection.chosen(name) for name in ELSEWHERE)


def way_of(selection: CallFilter) -> Way:
    """Of a range of days all calls are looked at; without one, a few are gathered."""
    if not is_told_elsewhere(selection) or not selection.is_valid():
        return Reading.GATHER
    if chosen_days(selection).days is None and selection.is_few:
        return Reading.GATHER
    return span_of(selection)


def span_of(selection: CallFilter) -> Span:
    """The calls on the days of the selection; all where it is open. Their ids are asked for once a selection."""
    kept = selection.__dict__
    if "_span" not in kept:
        days, zone = chosen_days(selection).days, selection.selection.zone
        kept["_span"] = Span(lambda: ids_on(days, zone) if days else all_ids())
    return kept["_span"]


def all_ids() -> tuple[int, int]:
    ids = Call.objects.aggregate(first=Min("pk"), last=Max("pk"))
    return ids["first"] or 0, ids["last"] or 0


def near(selection: CallFilter, column: str) -> Q:
    """Rows of another table, whose `column` has the id of a call, that lie where calls of these days do: so a database
    reads those alone. Of many days it would read most of them."""
    days = chosen_days(selection).days
    if days is None or days.length > NEAR_DAYS:
        return Q()
    first, last = span_of(selection).ids
    return Q(**{f"{column}__gte": first, f"{column}__lte": last})


def over(selection: CallFilter, days: Days) -> CallFilter:
    """The same selection over other days."""
    query = selection.query(**{"period": "custom", "from": str(days.first), "to": str(days.last)})
    return CallFilter(QueryDict(query), selection.queryset, selection.selection)
