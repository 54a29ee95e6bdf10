"""Sealing: the totals of days that are over, taken while nobody writes."""

# ruff: noqa: S608 - the names in the statements are our own
from __future__ import annotations

import functools
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.db import OperationalError, connection, transaction
from django.db.models import F, Max, Min, QuerySet

from analytics.buckets import DAY, Days
from analytics.grains import COLUMNS, GRAINS
from analytics.models import DayTotal, SealedDay
from analytics.totals import SUMS, summed
from analytics.triggers import SEALING
from calls.clock import day_of
from calls.days import day_end, day_start, today
from calls.models import Call
from calls.reading import unindexed

# Writers wait no longer for a seal that waits for another writer.
PATIENCE_MS = 200
# Days without calls are sealed too, so that the days between seals are few; not when they are this many.
GAP_DAYS = 31


def number_of(day: date) -> int:
    return day.toordinal() - 1


@functools.lru_cache(maxsize=20_000)
def span(number: int, zone: ZoneInfo) -> tuple[int, int]:
    """The day in seconds since 1970, half-open."""
    day = day_of(number)
    return int(day_start(day, zone).timestamp()), int(day_end(day, zone).timestamp())


def sealed_numbers(zone: ZoneInfo, first: int, last: int) -> list[int]:
    """Days between two, both included, that are sealed as the zone has them now, in order."""
    return [day.number for day in sealed_days(zone, first, last)]


def sealed_days(zone: ZoneInfo, first: int, last: int) -> list[SealedDay]:
    days = SealedDay.objects.filter(number__range=(first, last)).order_by("number")
    return [day for day in days if span(day.number, zone) == (day.start_epoch, day.end_epoch)]


def ids_on(days: Days, zone: ZoneInfo) -> tuple[int, int]:
    """The first and the last id of the calls on these days, 0 without calls. Seals tell it of their days; the calls
    from the first day without a seal to the last one are asked."""
    numbers = range(number_of(days.first), number_of(days.last) + 1)
    sealed = {day.number: (day.first_id, day.last_id) for day in sealed_days(zone, numbers[0], numbers[-1])}
    found = list(sealed.values())
    first = next((number for number in numbers if number not in sealed), None)
    last = next((number for number in reversed(numbers) if number not in sealed), None)
    if first is not None and last is not None:
        found.append(first_and_last_id(calls_within(Days(day_of(first), day_of(last)), zone)))
    ids = [one for pair in found for one in pair if one is not None]
    return min(ids, default=0), max(ids, default=0)


def first_and_last_id(calls: QuerySet[Call]) -> tuple[int | None, int | None]:
    """Found in the index of their range: by their ids, all before it would be looked at."""
    ids = calls.aggregate(first=Min(unindexed("pk")), last=Max(unindexed("pk")))
    return ids["first"], ids["last"]


def calls_within(days: Days, zone: ZoneInfo) -> QuerySet[Call]:
    return Call.objects.filter(started_at__gte=day_start(days.first, zone), started_at__lt=day_end(days.last, zone))


def seal(day: date, zone: ZoneInfo) -> bool:
    """Take the totals of a day. False when a writer was busy for too long."""
    try:
        with transaction.atomic():
            _wait_for_writers()
            _take(day, zone)
    except OperationalError:
        return False
    return True


def _wait_for_writers() -> None:
    """From here to the end of the transaction nobody writes calls. A transaction of SQLite has that already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE_MS}")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALING])


def _take(day: date, zone: ZoneInfo) -> None:
    number = number_of(day)
    DayTotal.objects.filter(number=number).delete()
    calls = calls_within(Days(day, day), zone)
    keys = {f"by_{name}": F(name) for name in COLUMNS}
    sql, params = summed(calls, **keys).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(TAKE.format(calls=sql), [*params, number])
    start, end = span(number, zone)
    first_id, last_id = first_and_last_id(calls)
    seal = {"start_epoch": start, "end_epoch": end, "first_id": first_id, "last_id": last_id}
    SealedDay.objects.update_or_create(number=number, defaults=seal)


def _take_sql() -> str:
    """Reads the calls once, grouped by all columns, and adds the groups up by each grain."""
    names, sums = (", ".join(columns) for columns in ((*COLUMNS, "status", *SUMS), (f"SUM({name})" for name in SUMS)))
    grains = " UNION ALL ".join(
        f"SELECT {grain} AS grain, {_columns(columns)}, status, {sums} FROM taken "
        f"GROUP BY {', '.join((*columns, 'status'))}"
        for grain, columns in enumerate(GRAINS)
    )
    return (
        f"WITH taken ({names}) AS ({{calls}}) INSERT INTO {DayTotal._meta.db_table} (number, grain, {names}) "
        f"SELECT %s, totals.* FROM ({grains}) AS totals"
    )


def _columns(columns: tuple[str, ...]) -> str:
    """Nulls have a type on PostgreSQL."""
    types = {"assistant": "bigint", "campaign": "bigint", "direction": "varchar"}
    return ", ".join(name if name in columns else f"CAST(NULL AS {types[name]})" for name in COLUMNS)


TAKE = _take_sql()


def due(zone: ZoneInfo, now: datetime) -> Iterator[date]:
    """Days that are over and not sealed, oldest first."""
    ending = number_of(today(now, zone))
    sealed = set(sealed_numbers(zone, 0, ending))
    day = _next_day(datetime.min.replace(tzinfo=UTC), zone)
    while day is not None and number_of(day) < ending:
        if number_of(day) not in sealed:
            following = _next_day(day_start(day, zone), zone)
            if following is None or (following - day).days > GAP_DAYS:
                day = following
                continue
            yield day
        day += DAY


def _next_day(instant: datetime, zone: ZoneInfo) -> date | None:
    """The day of the first call from the instant on."""
    following = Call.objects.filter(started_at__gte=instant).order_by("started_at").values_list("started_at", flat=True)
    first = following.first()
    return first and first.astimezone(zone).date()


def seal_due(zone: ZoneInfo, now: datetime, seconds: float) -> bool:
    """For as long as that, and until a writer is busy for too long; whether it was only time that was short."""
    began = time.monotonic()
    for day in due(zone, now):
        if not seal(day, zone):
            return False
        if time.monotonic() - began > seconds:
            return True
    return False
