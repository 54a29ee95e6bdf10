"""The totals of calls by day, read from the calls: in the way that suits the database, side by side and nowhere else.

SQLite groups by sorting all rows, which takes longer than to read them, so there each day is asked for its sums alone.
PostgreSQL finds the day of a call among the starts of all days. The days are those of calls.days on both.
"""

# ruff: noqa: S608, S611 - the texts in the statements are our own
from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from string import ascii_lowercase
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Aggregate, BigIntegerField, Case, DateTimeField, Func, QuerySet, TextField, Value, When
from django.db.models.expressions import RawSQL

from analytics.buckets import Days, each_day
from analytics.totals import SUMS, Totals, grouped
from calls.choices import LIVE_STATUSES, Status
from calls.days import day_end, day_start
from calls.models import Call
from calls.querysets import fetched
from calls.reading import Constant

# A letter for each status, so that those of a day are told in one text, which takes less than to compare each call
# with each status. The most frequent ones first.
LETTERS = dict(zip(sorted(Status, key=lambda status: status in LIVE_STATUSES), ascii_lowercase, strict=False))


def totals_by_day(calls: QuerySet[Call], days: Days, zone: ZoneInfo) -> dict[date, Totals]:
    """Of the calls on these days; days without are left out. The calls have no range of their own: with two lower
    limits SQLite takes one of them, and reads all from there on."""
    dates = list(each_day(days))
    starts = [day_start(day, zone) for day in dates]
    end = day_end(days.last, zone)
    if connection.vendor == "sqlite":
        return _each_alone(calls, dates, [*starts, end])
    number = RawSQL("width_bucket(calls_call.started_at, %s::timestamptz[])", [starts], BigIntegerField())
    found = grouped(calls.filter(started_at__gte=starts[0], started_at__lt=end), number=number)
    return {dates[place - 1]: totals for place, totals in found.items()}


def _each_alone(calls: QuerySet[Call], dates: Sequence[date], limits: Sequence[datetime]) -> dict[date, Totals]:
    """One statement: what other tables tell is gathered once for all days. The sums of a day are one JSON array."""
    letter = Case(*(When(status=Constant(status), then=Constant(letter)) for status, letter in LETTERS.items()))
    letters = Aggregate(letter, Constant(""), function="GROUP_CONCAT", output_field=TextField())
    first, after = (RawSQL(f"day.{name}", [], DateTimeField()) for name in ("first", "after"))
    of_day = calls.order_by().filter(started_at__gte=first, started_at__lt=after).annotate(all=Value(1)).values("all")
    packed = of_day.annotate(sums=Func(letters, *SUMS.values(), function="json_array", output_field=TextField()))
    texts = [connection.ops.adapt_datetimefield_value(limit) for limit in limits]
    days = [[place, *texts[place : place + 2]] for place in range(len(dates))]
    rows = fetched(packed.values_list("sums"), EACH_DAY, json.dumps(days))
    return {dates[place]: totals for place, text in rows if (totals := _unpacked(*json.loads(text))).calls}


EACH_DAY = """
SELECT place, ({}) FROM (
    SELECT json_extract(value, '$[0]') AS place, json_extract(value, '$[1]') AS first,
        json_extract(value, '$[2]') AS after
    FROM json_each(%s)
) AS day
"""


def _unpacked(letters: str | None, calls: int, *sums: int) -> Totals:
    """Without calls there are no letters."""
    statuses = {status: letters.count(letter) for status, letter in LETTERS.items()} if letters else {}
    return Totals({status.value: count for status, count in statuses.items() if count}, *sums)
