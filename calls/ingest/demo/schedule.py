"""When calls come: the hours of a line, its weekdays, holidays, slow growth, and one bad day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from random import Random

from calls.ingest.demo.lines import Line

HOUR = timedelta(hours=1)
GROWTH = 0.5  # a line has half as many calls again at the end as at the beginning
CLOSED = 0.004  # nobody has told the people who call anyway
QUIET = 0.12
OPEN = 0.1
BAD_SOURCE = "vapi"
BAD_DAY_RUSH = 2.5  # who was cut off calls again

# (month, day); the American ones move: see _moves.
HOLIDAYS = {
    "US": {(1, 1), (7, 4), (12, 24), (12, 25)},
    "GB": {(1, 1), (12, 25), (12, 26)},
    "DE": {(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)},
    "FR": {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)},
}


def is_holiday(country: str, day: date) -> bool:
    return (day.month, day.day) in HOLIDAYS[country] or _moves(country, day)


def _moves(country: str, day: date) -> bool:
    """Holidays that are a certain Monday or Thursday of their month."""
    week = (day.day - 1) // 7 + 1
    is_last = (day + timedelta(days=7)).month != day.month
    if day.weekday() == 0:
        american = (day.month, week) in {(1, 3), (2, 3), (9, 1), (10, 2)} or (day.month == 5 and is_last)
        british = (day.month, week) == (5, 1) or (day.month in (5, 8) and is_last)
        return {"US": american, "GB": british}.get(country, False)
    return country == "US" and day.weekday() == 3 and (day.month, week) == (11, 4)


def bad_day(now: datetime) -> tuple[datetime, datetime]:
    """When one platform's language model failed: from 8 to 19 hours UTC on the last Thursday a week or more ago."""
    day = (now - timedelta(days=7)).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    day -= timedelta(days=(day.weekday() - 3) % 7)
    return day + 8 * HOUR, day + 19 * HOUR


def busyness(line: Line, moment: datetime) -> float:
    """How many calls the line has at that moment, beside 1 at its busiest. Without growth and bad days."""
    local = moment.astimezone(line.zone)
    planned = int(line.hours[local.hour]) * int(line.week[local.weekday()]) / 81
    return (planned + CLOSED) * _day_factor(line.name, line.country, local.date())


def is_open(line: Line, moment: datetime) -> bool:
    return busyness(line, moment) > OPEN


@cache
def _day_factor(name: str, country: str, day: date) -> float:
    """No two days are alike, and on holidays hardly anybody calls."""
    own = Random(f"{name} {day}")  # noqa: S311
    return own.lognormvariate(0, 0.18) * (QUIET if is_holiday(country, day) else 1)


class Calendar:
    """The moments at which calls of a line begin, between `since` and `now`."""

    def __init__(self, line: Line, since: datetime, now: datetime) -> None:
        self._line, self._since, self._now = line, since, now
        self._bad_start, self._bad_end = bad_day(now)
        self._cells = list(self._hours())
        self._sums = list(accumulate(self._weight(start, end) for start, end in self._cells))

    def is_bad(self, moment: datetime) -> bool:
        return self._line.source == BAD_SOURCE and self._bad_start <= moment < self._bad_end

    def moment(self, rng: Random) -> datetime:
        place = min(bisect_right(self._sums, rng.random() * self._sums[-1]), len(self._cells) - 1)
        start, end = self._cells[place]
        return start + timedelta(milliseconds=int(rng.random() * ((end - start) // timedelta(milliseconds=1))))

    def _hours(self) -> Iterator[tuple[datetime, datetime]]:
        start = self._since
        while start < self._now:
            end = min(start.replace(minute=0, second=0, microsecond=0) + HOUR, self._now)
            yield start, end
            start = end

    def _weight(self, start: datetime, end: datetime) -> float:
        growth = 1 + GROWTH * ((start - self._since) / (self._now - self._since))
        rush = BAD_DAY_RUSH if self.is_bad(start) else 1
        return busyness(self._line, start) * growth * rush * ((end - start) / HOUR)
