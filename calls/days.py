"""Calendar days of the reporting zone as half-open spans of instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which the day begins in the zone. A day ends where the next one begins, whether it
    has 23, 24 or 25 hours; where the clock skips midnight, the day begins with the first moment there is."""
    try:
        return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
    except OverflowError:  # the first day of the calendar, in a zone east of Greenwich
        return datetime.min.replace(tzinfo=UTC)


def day_end(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which the day is over."""
    return datetime.max.replace(tzinfo=UTC) if day == date.max else day_start(day + timedelta(days=1), zone)


def today(now: datetime, zone: ZoneInfo) -> date:
    return now.astimezone(zone).date()
