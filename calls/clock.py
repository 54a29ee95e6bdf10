"""The clock of the reporting zone in SQL, from Python's own table of offsets, so that a day in a query is the day of
calls.days on both databases.

A day is one span from its start to the next one's. Where a clock goes back over midnight, the minutes that repeat
belong to the day that has begun.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, ExpressionWrapper, F, Func, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Mod
from django.db.models.sql.compiler import SQLCompiler

from calls.days import day_start

# Years whose changes of the clock a condition knows that is not told which calls are meant.
YEARS = (1970, 2100)
HOUR, DAY = 3600, 86_400
Compiled = tuple[str, tuple[str | int, ...]]
# Seconds from the first day of the calendar to the epoch: no number below is negative.
BEFORE_EPOCH = 719_162 * DAY


@dataclass(frozen=True, slots=True)
class Offset:
    """Seconds to add to UTC from an instant on."""

    since: datetime
    seconds: int


@functools.lru_cache(maxsize=1000)
def changes(zone: ZoneInfo, year: int) -> tuple[Offset, ...]:
    """The offset at the start of the year (UTC), and each change in it."""
    first = datetime(year, 1, 1, tzinfo=UTC)
    found = [Offset(first, offset_at(first, zone))]
    for day in range(366 if year < 9999 else 364):
        start = first + timedelta(days=day)
        end = start + timedelta(days=1)
        if offset_at(end, zone) != found[-1].seconds:
            found.append(_late_enough(_change_between(start, end, zone), found[-1].seconds, zone))
    return tuple(found)


def offset_at(instant: datetime, zone: ZoneInfo) -> int:
    offset = instant.astimezone(zone).utcoffset()
    return int((offset or timedelta()).total_seconds())


def _change_between(start: datetime, end: datetime, zone: ZoneInfo) -> datetime:
    """The instant of the change, to the second."""
    before = offset_at(start, zone)
    while end - start > timedelta(seconds=1):
        middle = start + timedelta(seconds=(end - start).total_seconds() // 2)
        start, end = (middle, end) if offset_at(middle, zone) == before else (start, middle)
    return end


def _late_enough(change: datetime, before: int, zone: ZoneInfo) -> Offset:
    """The new offset; later than it came if it leads back into the day before."""
    after = offset_at(change, zone)
    begun = (change + timedelta(seconds=before, microseconds=-1)).date()
    is_back_over_midnight = (change + timedelta(seconds=after)).date() < begun
    return Offset(
        day_start(begun, zone) + timedelta(seconds=before - after) if is_back_over_midnight else change, after
    )


def offsets(zone: ZoneInfo, first_year: int, last_year: int) -> list[Offset]:
    """Without those that change nothing. The first holds for all time before."""
    found: list[Offset] = []
    for year in range(max(first_year, 1), min(last_year, 9999) + 1):
        found += [one for one in changes(zone, year) if not found or one.seconds != found[-1].seconds]
    return found


class LocalSeconds(Func):
    """Seconds on the clock of the zone since the first day of the calendar, of `started_at`."""

    arity = 1
    output_field = BigIntegerField()

    def __init__(self, column: Any, zone: ZoneInfo, years: tuple[int, int] = YEARS) -> None:
        super().__init__(column)
        self.offsets = offsets(zone, *years)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Compiled:
        # Cut to seconds, since strftime rounds up.
        return self._sql(compiler, "CAST(strftime('%%s', substr({column}, 1, 19)) AS INTEGER)", "")

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Compiled:
        return self._sql(compiler, "FLOOR(EXTRACT(EPOCH FROM {column}))::bigint", "+00")

    def _sql(self, compiler: SQLCompiler, epoch: str, utc: str) -> Compiled:
        column, params = compiler.compile(self.source_expressions[0])
        offset, tests = _offset_sql(column, self.offsets, utc)
        return f"({epoch.format(column=column)} + {BEFORE_EPOCH} + {offset})", (*params, *tuple(params) * tests)


def _offset_sql(column: str, known: Sequence[Offset], utc: str) -> tuple[str, int]:
    """The offset as nested comparisons, few for each row, and how often the column stands in them."""
    if len(known) == 1:
        return str(known[0].seconds), 0
    middle = len(known) // 2
    before, tests = _offset_sql(column, known[:middle], utc)
    after, more = _offset_sql(column, known[middle:], utc)
    since = f"'{known[middle].since:%Y-%m-%d %H:%M:%S}{utc}'"
    return f"CASE WHEN {column} < {since} THEN {before} ELSE {after} END", tests + more + 1


def day_number(zone: ZoneInfo, years: tuple[int, int] = YEARS) -> Combinable:
    """The proleptic ordinal of the day, less one: date.fromordinal(number + 1)."""
    return whole(LocalSeconds(F("started_at"), zone, years) / Value(DAY))


def hour_number(zone: ZoneInfo, years: tuple[int, int] = YEARS) -> Combinable:
    """24 * day_number + hour."""
    return whole(LocalSeconds(F("started_at"), zone, years) / Value(HOUR))


def hour(zone: ZoneInfo, years: tuple[int, int] = YEARS) -> Combinable:
    """0 to 23."""
    return whole(Mod(hour_number(zone, years), Value(24)))


def weekday(zone: ZoneInfo, years: tuple[int, int] = YEARS) -> Combinable:
    """0 is Monday: so was the first day of the calendar."""
    return whole(Mod(day_number(zone, years), Value(7)))


def whole(expression: Any) -> ExpressionWrapper:
    return ExpressionWrapper(expression, output_field=BigIntegerField())


def day_of(number: int) -> date:
    return date.fromordinal(number + 1)
