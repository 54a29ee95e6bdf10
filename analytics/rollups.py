"""The totals of a selection by day: sealed days from their totals, the others from the calls, in one statement.

So the answer is the state of one moment, and each day of it is exact whichever way it was read. Which days are sealed
is asked before; the statement counts their seals again, and if one is gone meanwhile everything is asked anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import BigIntegerField, CharField, Count, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast

from analytics.buckets import chosen_days
from analytics.grains import question
from analytics.models import DayTotal, SealedDay
from analytics.sealing import number_of, sealed_numbers, span
from analytics.totals import SUMS, Totals, collected, summed
from calls.clock import day_number, day_of
from calls.filters import CallFilter

TRIES = 3
# The calls between two runs of sealed days are read by a part of the statement of their own.
RUNS = 12
# The row that counts the seals has the number of no day.
SEALS = -1


@dataclass(frozen=True, slots=True)
class Run:
    """Sealed days on end, by number, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def daily_totals(selection: CallFilter, years: tuple[int, int]) -> dict[date, Totals]:
    """Days without calls are left out."""
    condition = question(selection) if selection.is_valid() else None
    if condition is not None:
        for _ in range(TRIES):
            rows = _read(selection, condition, years)
            if rows is not None:
                return _by_day(rows)
    return _by_day(summed(selection.qs, number=day_number(selection.selection.zone, years)))


def _by_day(rows: Any) -> dict[date, Totals]:
    found = collected((number, sums) for number, *sums in rows)
    return {day_of(number): totals for number, totals in found.items()}


def _read(selection: CallFilter, condition: Q, years: tuple[int, int]) -> list[tuple[Any, ...]] | None:
    """Rows of number, status and SUMS; None when a day was unsealed meanwhile."""
    zone = selection.selection.zone
    chosen = chosen_days(selection)
    first, last = number_of(chosen.first or date.min), number_of(chosen.last or date.max)
    runs = longest(runs_of(sealed_numbers(zone, first, last)))
    calls = (summed(part, number=day_number(zone, years)) for part in _unsealed(selection, runs))
    rows = [*_seals(runs).union(_sealed(runs, condition), *calls, all=True)] if runs else [*next(calls)]
    seals = sum(row[2] for row in rows if row[0] == SEALS)
    return [row for row in rows if row[0] != SEALS] if seals == sum(run.length for run in runs) else None


def runs_of(numbers: Sequence[int]) -> list[Run]:
    runs: list[Run] = []
    for number in numbers:
        if runs and runs[-1].last == number - 1:
            runs[-1] = Run(runs[-1].first, number)
        else:
            runs.append(Run(number, number))
    return runs


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
        seal=Value(SEALS, output_field=BigIntegerField()), status=Value("", output_field=CharField()), **fixed
    )
    return marked.values("seal", "status", *fixed).annotate(calls=Count("*")).values_list("seal", "status", *SUMS)


def _sealed(runs: list[Run], condition: Q) -> QuerySet[DayTotal, tuple[Any, ...]]:
    sums = {f"sum_{name}": Cast(Sum(name), BigIntegerField()) for name in SUMS}
    rows = DayTotal.objects.filter(condition, _in(runs)).values("number", "status").annotate(**sums)
    return rows.values_list("number", "status", *sums)


def _unsealed(selection: CallFilter, runs: list[Run]) -> Iterator[QuerySet[Any]]:
    """The calls before, between and after the runs."""
    zone = selection.selection.zone
    start: datetime | None = None
    for run in runs:
        end = _instant(span(run.first, zone)[0])
        if start is None or start < end:
            yield _between(selection, start, end)
        start = _instant(span(run.last, zone)[1])
    yield _between(selection, start, None)


def _instant(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def _between(selection: CallFilter, start: datetime | None, end: datetime | None) -> QuerySet[Any]:
    limits: dict[str, Any] = {"started_at__gte": start, "started_at__lt": end}
    return selection.qs.filter(**{name: instant for name, instant in limits.items() if instant is not None})
