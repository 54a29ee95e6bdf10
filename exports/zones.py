"""A time zone as spans of one offset, which a database that knows no zones can use."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from exports.cells import offset_text

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)
STEP = timedelta(days=7)  # no zone changes twice in a week


@dataclass(frozen=True)
class Span:
    """From `start`, in UTC, until the next span."""

    start: datetime
    offset: timedelta
    text: str


@functools.lru_cache(maxsize=4)
def offsets(zone: ZoneInfo) -> tuple[Span, ...]:
    """The spans of this century; the first one also stands for all that was before."""
    spans = [span_at(FIRST, zone)]
    moment = FIRST
    while moment < LAST:
        moment += STEP
        if offset_at(moment, zone) != spans[-1].offset:
            spans.append(span_at(change_before(moment, zone), zone))
    return tuple(spans)


def change_before(moment: datetime, zone: ZoneInfo) -> datetime:
    """The first second that has the offset of `moment`."""
    before, after = moment - STEP, moment
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if offset_at(middle, zone) == offset_at(moment, zone):
            after = middle
        else:
            before = middle
    return after


def span_at(moment: datetime, zone: ZoneInfo) -> Span:
    local = moment.astimezone(zone)
    return Span(moment, offset_at(moment, zone), offset_text(local))


def offset_at(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
