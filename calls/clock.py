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
from django.db.models import BigIntegerField, ExpressionWrapper, F, Func
from django.db.models.expressions import Combinable
from django.db.models.sql.compiler import SQLCompiler

from calls.days import day_start
from calls.reading import Constant

# Years whose changes of the clock a condition knows that is not told which calls are meant.
YEARS = (1970, 2100)
HOUR, DAY = 3600, 86_400
Compiled = tuple[str, tuple[str | int, ...]]
# Seconds from the first day of the calendar to the epoch: no number below is negative.
BEFORE_EPOCH = 719_162 * DAY


@dataclass(frozen=True, slots=True)
class Step:
    """A value from an instant on; the first of several also before it."""

    since: datetime
    value: int


@functools.lru_cache(maxsize=1000)
def changes(zone: ZoneInfo, year: int) -> tuple[Step, ...]:
    """The offset, in seconds to add to UTC, at the start of the year (UTC), and each change in it."""
    first = datetime(year, 1, 1, tzinfo=UTC)
    found = [Step(first, offset_at(first, zone))]
    for day in range(366 if year < 9999 else 364):
        start = first + timedelta(days=day)
        end = start + timedelta(days=1)
        if offset_at(end, zone) != found[-1].value:
            found.append(_late_enough(_change_between(start, end, zone), found[-1].value, zone))
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


def _late_enough(change: datetime, before: int, zone: ZoneInfo) -> Step:
    """The new offset; later than it came if it leads back into the day before."""
    after = offset_at(change, zone)
    begun = (change + timedelta(seconds=before, microseconds=-1)).date()
    is_back_over_midnight = (change + timedelta(seconds=after)).date() < begun
    return Step(day_start(begun, zone) + timedelta(seconds=before - after) if is_back_over_midnight else change, after)


def offsets(zone: ZoneInfo, first_year: int, last_year: int) -> list[Step]:
    """Without those that change nothing. The first holds for all time before."""
    found: list[Step] = []
    for year in range(max(first_year, 1), min(last_year, 9999) + 1):
        for change in changes(zone, year):
            if not found or change.value != found[-1].value:
                found.append(change)
    return found


class Steps(Func):
    """A whole number that changes at certain instants of `column`, as nested comparisons: few for each row."""

    arity = 1
    output_field = BigIntegerField()

    def __init__(self, column: str, steps: Sequence[Step]) -> None:
        super().__init__(F(column))
        self.steps = steps

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Compiled:
        return self._sql(compiler, "")

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Compiled:
        return self._sql(compiler, "+00")

    def _sql(self, compiler: SQLCompiler, utc: str) -> Compiled:
        column, params = compiler.compile(self.source_expressions[0])
        return _steps_sql(column, self.steps, utc), tuple(params) * (len(self.steps) - 1)


def _steps_sql(column: str, steps: Sequence[Step], utc: str) -> str:
    if len(steps) == 1:
        return str(steps[0].value)
    middle = len(steps) // 2
    before, after = _steps_sql(column, steps[:middle], utc), _steps_sql(column, steps[middle:], utc)
    return f"CASE WHEN {column} < '{steps[middle].since:%Y-%m-%d %H:%M:%S}{utc}' THEN {before} ELSE {after} END"


class Epoch(Func):
    """Whole seconds since 1970, UTC; never less than -BEFORE_EPOCH."""

    output_field = BigIntegerField()
    # Of the text without its fraction: a float of days tells the nearest second, and is quicker than strftime.
    days = "(julianday(substr(%(expressions)s, 1, 19)) - 1721425.5)"  # since the first one of the calendar
    template = f"(CAST({days} * {DAY} + 0.5 AS INTEGER) - {BEFORE_EPOCH})"

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Compiled:
        """A float tells microseconds apart until 2242. EXTRACT has them in decimals, which take five times as long."""
        return self.as_sql(compiler, connection, template="FLOOR(date_part('epoch', %(expressions)s))::bigint")


def local_seconds(zone: ZoneInfo, years: tuple[int, int], column: str) -> Combinable:
    """Seconds on the clock of the zone since the first day of the calendar."""
    return Epoch(column) + Constant(BEFORE_EPOCH) + Steps(column, offsets(zone, *years))


def day_number(zone: ZoneInfo, years: tuple[int, int] = YEARS, column: str = "started_at") -> Combinable:
    """The days since the first one of the calendar; see day_of."""
    return whole(local_seconds(zone, years, column) / Constant(DAY))


def hour_number(zone: ZoneInfo, years: tuple[int, int] = YEARS, column: str = "started_at") -> Combinable:
    """24 * day_number + hour."""
    return whole(local_seconds(zone, years, column) / Constant(HOUR))


def hour(zone: ZoneInfo, years: tuple[int, int] = YEARS) -> Combinable:
    """0 to 23."""
    return whole(hour_number(zone, years) % Constant(24))


def weekday(zone: ZoneInfo, years: tuple[int, int] = YEARS) -> Combinable:
    """0 is Monday: so was the first day of the calendar."""
    return whole(day_number(zone, years) % Constant(7))


def hour_of_week(zone: ZoneInfo, years: tuple[int, int] = YEARS) -> Combinable:
    """24 * weekday + hour."""
    return whole(hour_number(zone, years) % Constant(7 * 24))


def whole(expression: Any) -> ExpressionWrapper:
    return ExpressionWrapper(expression, output_field=BigIntegerField())


def day_of(number: int) -> date:
    return date.fromordinal(number + 1)
