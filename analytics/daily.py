"""The totals of a selection by day and by hour."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.http import QueryDict

from analytics.buckets import Days, chosen_days
from analytics.rollups import daily_totals
from analytics.totals import Totals, grouped
from calls.clock import day_of, hour_number
from calls.days import day_end, day_start
from calls.filters import CallFilter
from calls.models import Call
from calls.search import near


def by_day(selection: CallFilter) -> dict[date, Totals]:
    """Days without calls are left out."""
    return daily_totals(selection, calls_of(selection), years_of(selection))


def by_hour(selection: CallFilter) -> dict[tuple[date, int], Totals]:
    """By day and hour of the clock."""
    rows = grouped(calls_of(selection), key=hour_number(selection.selection.zone, years_of(selection)))
    return {(day_of(number // 24), number % 24): totals for number, totals in rows.items()}


def years_of(selection: CallFilter) -> tuple[int, int]:
    """The years in which the selected calls may lie."""
    chosen = chosen_days(selection)
    known = [day for day in (chosen.first, chosen.last) if day]
    if len(known) < 2:
        starts = Call.objects.order_by("started_at").values_list("started_at", flat=True)
        known += [start.date() for start in (starts.first(), starts.last()) if start]
    return Days(min(known, default=date.max), max(known, default=date.max)).years


def calls_of(selection: CallFilter) -> QuerySet[Call]:
    """The selected calls, to be read all."""
    days = chosen_days(selection).days
    found_by = [name for name in ("phone", "variable", "q") if selection.chosen(name)]
    if not days or not found_by:
        return selection.qs
    if "q" in found_by and not selection.values["q"].wanted:
        found_by.remove("q")
    zone = selection.selection.zone
    within = Call.objects.filter(started_at__gte=day_start(days.first, zone), started_at__lt=day_end(days.last, zone))
    return near(selection.qs, within, found_by)


def over(selection: CallFilter, days: Days) -> CallFilter:
    """The same selection over other days."""
    query = selection.query(**{"period": "custom", "from": str(days.first), "to": str(days.last)})
    return CallFilter(QueryDict(query), selection.queryset, selection.selection)
