"""How figures of the analytics are written: for a person, and plainly, for a sheet. None is not known."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from analytics.buckets import Bucket, Days, Granularity
from calls.format import UNKNOWN, format_credits_short, format_duration

Number = int | float | Fraction | Decimal


def count(value: Number) -> str:
    return f"{round(value):,}"


def share(value: Number) -> str:
    """`64.2 %`"""
    return f"{float(value) * 100:.1f} %"


def seconds(value: Number) -> str:
    """`1:23`"""
    return format_duration(round(float(value) * 1000))


def credits(value: Number) -> str:
    return format_credits_short(Decimal(str(value)))


# By the unit of a measure.
WRITERS: dict[str, Callable[[Number], str]] = {"calls": count, "share": share, "seconds": seconds, "credits": credits}


def written(value: Number | None, unit: str) -> str:
    return UNKNOWN if value is None else WRITERS[unit](value)


def plain(value: Number | None) -> str:
    """A number for a sheet: no separators, no unit, at most six decimals; "" for None."""
    if value is None or isinstance(value, int):
        return "" if value is None else str(value)
    return f"{float(value):.6f}".rstrip("0").rstrip(".")


def signed(value: Number | None, unit: str) -> str:
    """A difference: `+12`, `−4.1 points`, `+0.4 s`, `±0.0 points` where it rounds to nothing."""
    if value is None:
        return UNKNOWN
    size = _size(abs(value), unit)
    return f"{sign(value) if re.search('[1-9]', size) else '±'}{size}"


def _size(size: Any, unit: str) -> str:
    if unit == "share":
        return f"{float(size) * 100:.1f} points"
    if unit == "seconds" and size < 60:
        return f"{float(size):.1f} s"
    return WRITERS[unit](size)


def percent(change: float | None) -> str:
    """A change as a part of what was: `+12 %`, `−4 %`."""
    return UNKNOWN if change is None else f"{sign(change)}{abs(change) * 100:,.0f} %"


def sign(value: Number) -> str:
    return "+" if value > 0 else "−" if value < 0 else "±"


def days_of(days: Days) -> str:
    """`24 Nov 2026`, `1–24 Nov 2026`, `26 Oct – 24 Nov 2026`, `30 Dec 2025 – 2 Jan 2026`."""
    first, last = days.first, days.last
    if first == last:
        return f"{last:%-d %b %Y}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{last:%-d %b %Y}"
    return f"{first:%-d %b}{'' if first.year == last.year else f' {first.year}'} – {last:%-d %b %Y}"


def bucket_of(bucket: Bucket) -> str:
    """`Tue 24 Nov 2026`, `23–29 Nov 2026`, `Nov 2026`, `Tue 24 Nov 2026, 13:00`."""
    first = bucket.days.first
    if bucket.hour is not None:
        return f"{first:%a %-d %b %Y}, {bucket.hour:02}:00"
    if bucket.granularity == Granularity.DAY:
        return f"{first:%a %-d %b %Y}"
    if bucket.granularity == Granularity.MONTH and not bucket.is_cut:
        return f"{first:%b %Y}"
    return days_of(bucket.days)


def remark_of(bucket: Bucket) -> str:
    """What keeps a bucket from being compared with the others; "" for a whole one."""
    if not bucket.is_over:
        return "not over yet"
    return f"part of the {bucket.granularity}" if bucket.is_cut else ""
