"""Hours, days, weeks and months of the reporting zone, and the days that a comparison sets against them.

Weeks begin on Monday. A bucket at the edge of a range has only those of its days that lie in the range.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from calls.criteria import PERIOD_DAYS
from calls.days import day_end, day_start
from calls.filters import CallFilter

DAY = timedelta(days=1)


class Granularity(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Offer:
    """The lengths, in days, of the ranges that a granularity is offered for, and up to which it is the default."""

    least: int
    most: int
    default_up_to: int


OFFERS = {
    Granularity.HOUR: Offer(1, 7, 2),
    Granularity.DAY: Offer(2, 731, 92),
    Granularity.WEEK: Offer(8, 3653, 731),
    Granularity.MONTH: Offer(32, date.max.toordinal(), date.max.toordinal()),
}


@dataclass(frozen=True, slots=True, order=True)
class Days:
    """Calendar days of the reporting zone, both included."""

    first: date
    last: date

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def years(self) -> tuple[int, int]:
        """The years whose changes of the clock concern these days."""
        return max(self.first.year - 1, 1), min(self.last.year + 1, 9999)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def moved(self, days: int) -> Days | None:
        """None beyond the ends of the calendar."""
        try:
            return Days(self.first + days * DAY, self.last + days * DAY)
        except OverflowError:
            return None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The days that a selection names; None where it is open."""

    first: date | None
    last: date | None

    def spanning(self, days: Iterable[date], today: date) -> Days | None:
        """From the first day to the last: where it is open, as far as its calls reach, and to today."""
        days = list(days)
        first = self.first or min(days, default=None)
        if first is None:
            return None
        return Days(first, max(self.last or max([today, *days]), first))

    @property
    def days(self) -> Days | None:
        return Days(self.first, self.last) if self.first and self.last else None


def chosen_days(selection: CallFilter) -> Chosen:
    values, today = selection.values, selection.selection.today
    if length := PERIOD_DAYS.get(values.get("period") or ""):
        return Chosen(today - (length - 1) * DAY, today)
    return Chosen(values.get("from"), values.get("to"))


def offered(days: Days) -> list[Granularity]:
    return [name for name, offer in OFFERS.items() if offer.least <= days.length <= offer.most]


def default_granularity(days: Days) -> Granularity:
    return next(name for name, offer in OFFERS.items() if days.length <= offer.default_up_to)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A stretch of days, or one hour of a day. `start` and `end` are instants (UTC), half-open.

    An hour that the clock repeats is one bucket of two hours; one that it skips is none.
    """

    granularity: Granularity
    days: Days
    hour: int | None
    start: datetime
    end: datetime
    is_over: bool
    is_cut: bool

    @property
    def label(self) -> str:
        first = self.days.first
        if self.hour is not None:
            return f"{first} {self.hour:02}:00"
        return f"{first:%Y-%m}" if self.granularity == Granularity.MONTH else str(first)


def buckets(days: Days, granularity: Granularity, zone: ZoneInfo, now: datetime) -> list[Bucket]:
    """All buckets of the range in order, also those that will have no calls."""
    if granularity == Granularity.HOUR:
        return [bucket for day in each_day(days) for bucket in _hours(day, zone, now)]
    return [
        Bucket(granularity, part, None, start, end, end <= now, part != whole_bucket(part.first, granularity))
        for part in parts(days, granularity)
        if (start := day_start(part.first, zone)) < (end := day_end(part.last, zone))  # a zone may skip a day
    ]


def parts(days: Days, granularity: Granularity) -> Iterator[Days]:
    """The days, weeks or months that the range consists of, cut at its ends."""
    first = days.first
    while True:
        last = min(whole_bucket(first, granularity).last, days.last)
        yield Days(first, last)
        if last == days.last:
            return
        first = last + DAY


def _hours(day: date, zone: ZoneInfo, now: datetime) -> list[Bucket]:
    starts = [_hour_start(day, hour, zone) for hour in range(24)] + [day_end(day, zone)]
    return [
        Bucket(Granularity.HOUR, Days(day, day), hour, starts[hour], starts[hour + 1], starts[hour + 1] <= now, False)
        for hour in range(24)
        if starts[hour] < starts[hour + 1]
    ]


def _hour_start(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """The first instant of the hour; where the clock skips it, the first there is after it."""
    return max(day_start(day, zone), datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(UTC))


def each_day(days: Days) -> Iterable[date]:
    return (days.first + index * DAY for index in range(days.length))


def whole_bucket(day: date, granularity: Granularity) -> Days:
    """The whole day, week or month that the day lies in."""
    if granularity == Granularity.WEEK:
        monday = max(day.toordinal() - day.weekday(), 1)
        return Days(date.fromordinal(monday), date.fromordinal(min(monday + 6, date.max.toordinal())))
    if granularity == Granularity.MONTH:
        first = day.replace(day=1)
        following = first.replace(day=28) + 4 * DAY if first < date(9999, 12, 1) else None
        return Days(first, following.replace(day=1) - DAY if following else date.max)
    return Days(day, day)


class Against(StrEnum):
    """What a comparison sets against the range."""

    PREVIOUS = "previous"
    YEAR = "year"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`days` against `others`: as many days before, the same dates of the year before, or from a chosen day on."""

    against: Against
    days: Days
    others: Days

    def pairs(self, these: list[Bucket], those: list[Bucket]) -> list[tuple[Bucket | None, Bucket | None]]:
        """Bucket beside bucket: days of different years by their date, everything else by its place."""
        if self.against == Against.YEAR and self.days.length != self.others.length and these[:1] and _is_daily(these):
            return _by_date(these, those)
        length = max(len(these), len(those))
        return list(zip(_padded(these, length), _padded(those, length), strict=True))


def _is_daily(these: list[Bucket]) -> bool:
    return these[0].granularity == Granularity.DAY


def _by_date(these: list[Bucket], those: list[Bucket]) -> list[tuple[Bucket | None, Bucket | None]]:
    left = {bucket.days.first: bucket for bucket in those}
    pairs: list[tuple[Bucket | None, Bucket | None]] = []
    for bucket in these:
        try:
            pairs.append((bucket, left.pop(bucket.days.first.replace(year=bucket.days.first.year - 1), None)))
        except ValueError:  # 29 February has no day to stand beside
            pairs.append((bucket, None))
    return pairs + [(None, bucket) for bucket in left.values()]


def _padded(these: list[Bucket], length: int) -> list[Bucket | None]:
    return [*these, *[None] * (length - len(these))]


def compare(days: Days, against: Against, *, by_weekday: bool = False, chosen: date | None = None) -> Comparison | None:
    """By weekday, the other range is moved to begin on the same day of the week: whole weeks before, 52 weeks for a
    year, the nearest to the chosen day. None where there are no such days."""
    if against == Against.PREVIOUS:
        others = days.moved(-(-(-days.length // 7) * 7 if by_weekday else days.length))
    elif against == Against.YEAR:
        others = days.moved(-364) if by_weekday else _year_before(days)
    else:
        others = _from(chosen, days, by_weekday=by_weekday) if chosen else None
    return Comparison(against, days, others) if others else None


def _from(chosen: date, days: Days, *, by_weekday: bool) -> Days | None:
    apart = (chosen - days.first).days
    return days.moved(round(apart / 7) * 7 if by_weekday else apart)


def _year_before(days: Days) -> Days | None:
    if days.first.year == 1:
        return None
    return Days(_same_date(days.first), _same_date(days.last))


def _same_date(day: date) -> date:
    """A year before; 28 February for the 29th."""
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)
