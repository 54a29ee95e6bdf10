"""The totals of a selection by day, or by a column: sealed days from their totals, the others from the calls, in one
statement.

So the answer is the state of one moment, and each day of it is exact whichever way it was read. Which days are sealed
is asked before; the statement counts their seals again, and if one is gone meanwhile everything is asked anew.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, CharField, Count, F, Q, QuerySet, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from analytics.buckets import chosen_days
from analytics.grains import question
from analytics.models import DayTotal, SealedDay
from analytics.sealing import number_of, sealed_numbers
from analytics.totals import SUMS, Totals, collected, summed
from calls.clock import day_number, day_of
from calls.days import day_start
from calls.filters import CallFilter
from calls.querysets import fetched

TRIES = 3
# The calls between two runs of sealed days are read by a part of the statement of their own.
RUNS = 12
# The row that counts the seals has the status of no call.
SEALS = ""
Rows = list[tuple[Any, ...]]
# What calls are divided by, given the day that all of them lie on, if it is known.
Key = Callable[[int | None], Combinable]


@dataclass(frozen=True, slots=True)
class Run:
    """Sealed days on end, by number, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def daily_totals(selection: CallFilter, years: tuple[int, int]) -> dict[date, Totals] | None:
    """Days without calls are left out; None when only the calls tell."""
    number = day_number(selection.selection.zone, years)

    def key(day: int | None) -> Combinable:
        # Most often it is today alone, whose calls need not be asked for their day.
        return number if day is None else Value(day, output_field=BigIntegerField())

    rows = _tried(selection, question(selection), "number", key)
    return None if rows is None else by_number(rows)


def column_totals(selection: CallFilter, column: str) -> dict[Any, Totals] | None:
    """By the values of one of ROLLED_UP; None when only the calls tell."""
    rows = _tried(selection, question(selection, column), column, lambda day: F(column))
    return None if rows is None else collected((row[0], row[1:]) for row in rows)


def by_number(rows: Iterable[tuple[Any, ...]]) -> dict[date, Totals]:
    """Of rows of a day's number, a status and its SUMS."""
    found = collected((row[0], row[1:]) for row in rows)
    return {day_of(number): totals for number, totals in found.items()}


def _tried(selection: CallFilter, condition: Q | None, column: str, key: Key) -> Rows | None:
    if condition is not None and selection.is_valid():
        for _ in range(TRIES):
            rows = _read(selection, condition, column, key)
            if rows is not None:
                return rows
    return None


def _read(selection: CallFilter, condition: Q, column: str, key: Key) -> Rows | None:
    """Rows of a value, a status and SUMS, by the column of the daily totals, or the key of the calls. None when a day
    was unsealed meanwhile."""
    chosen = chosen_days(selection)
    first, last = number_of(chosen.first or date.min), number_of(chosen.last or date.max)
    runs = longest(runs_of(sealed_numbers(selection.selection.zone, first, last)))
    between = _unsealed(selection, [*runs, Run(last + 1, last)], first)
    calls = [summed(part, divided_by=key(day)) for day, part in between]
    rows = fetched(_seals(runs).union(_sealed(runs, condition, column), *calls, all=True) if runs else calls[0])
    seals = sum(row[2] for row in rows if row[1] == SEALS)
    return [row for row in rows if row[1] != SEALS] if seals == sum(run.length for run in runs) else None


def runs_of(numbers: Sequence[int]) -> list[Run]:
    breaks = [place for place, (one, two) in enumerate(itertools.pairwise(numbers), start=1) if two != one + 1]
    places = [0, *breaks, len(numbers)] if numbers else []
    return [Run(numbers[first], numbers[end - 1]) for first, end in itertools.pairwise(places)]


def longest(runs: list[Run]) -> list[Run]:
    """In order. The days of the others are read as if they were not sealed."""
    return sorted(sorted(runs, key=lambda run: -run.length)[:RUNS], key=lambda run: run.first)


def _in(runs: list[Run]) -> Q:
    condition = Q()
    for run in runs:
        condition |= Q(number__range=(run.first, run.last))
    return condition


def _seals(runs: list[Run]) -> QuerySet[SealedDay, tuple[Any, ...]]:
    nothing = Value(0, output_field=BigIntegerField())
    fixed = {name: nothing for name in SUMS if name != "calls"}
    marked = SealedDay.objects.filter(_in(runs)).annotate(
        none=Value(None, output_field=BigIntegerField()), status=Value(SEALS, output_field=CharField()), **fixed
    )
    return marked.values("none", "status", *fixed).annotate(calls=Count("*")).values_list("none", "status", *SUMS)


def _sealed(runs: list[Run], condition: Q, column: str) -> QuerySet[DayTotal, tuple[Any, ...]]:
    sums = {f"sum_{name}": Cast(Sum(name), BigIntegerField()) for name in SUMS}
    rows = DayTotal.objects.filter(condition, _in(runs)).annotate(divided_by=F(column)).values("divided_by", "status")
    return rows.annotate(**sums).values_list("divided_by", "status", *sums)


def _unsealed(selection: CallFilter, runs: list[Run], first: int) -> Iterator[tuple[int | None, QuerySet[Any]]]:
    """The calls before each run, from the first day on, with the number of their day when it is one. The range of
    the selection itself is left out: with two lower limits SQLite takes one of them, and reads all between them."""
    calls = selection.qs_within("all")
    for run in runs:
        if first < run.first:
            alone = first if run.first - first == 1 else None
            yield alone, calls.filter(*_limits(first, run.first, selection.selection.zone))
        first = run.last + 1


def _limits(first: int, end: int, zone: ZoneInfo) -> list[Q]:
    """From the start of a day to that of another; the first and the last of the calendar are no limits."""
    limits = []
    if first > number_of(date.min):
        limits.append(Q(started_at__gte=day_start(day_of(first), zone)))
    if end <= number_of(date.max):
        limits.append(Q(started_at__lt=day_start(day_of(end), zone)))
    return limits
