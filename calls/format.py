"""How values are written for a person. Plain functions, so that templates, tables and exports agree."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers

UNKNOWN = "–"


def format_duration(duration_ms: int | None) -> str:
    """`1:23`, `1:02:03`: whole seconds that have passed, so that a call shown as 0:48 did not last 49."""
    return UNKNOWN if duration_ms is None else _clock(duration_ms // 1000, "{}:{:02d}")


def format_offset(seconds: float | None) -> str:
    """A place in a recording: `00:03`, `12:34`, `1:02:03`."""
    return UNKNOWN if seconds is None else _clock(int(max(seconds, 0)), "{:02d}:{:02d}")


def _clock(seconds: int, short: str) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else short.format(minutes, seconds)


def format_credits(credits: Decimal | None, least_decimals: int = 2) -> str:
    """`1.25`, `0.0025`, `1,234.50`: at least so many decimals, and up to four where they say something."""
    if credits is None:
        return UNKNOWN
    return f"{credits:,.{max(credit_decimals(credits), least_decimals)}f}"


def credit_decimals(credits: Decimal) -> int:
    """How many decimals say something, 2 to 4."""
    text = f"{credits:.4f}"
    return 2 if text.endswith("00") else 3 if text.endswith("0") else 4


def format_credits_short(credits: Decimal | None) -> str:
    """`1.25`, `1,234.50`, `<0.01`: two decimals, so that a column lines up."""
    if credits is None:
        return UNKNOWN
    return "<0.01" if 0 < credits < Decimal("0.01") else f"{credits:,.2f}"


def format_milliseconds(duration_ms: float | None) -> str:
    """`640 ms`, `1.24 s`."""
    if duration_ms is None:
        return UNKNOWN
    return f"{duration_ms:.0f} ms" if duration_ms < 1000 else f"{duration_ms / 1000:.2f} s"


@lru_cache(maxsize=10_000)
def format_phone(number: str) -> str:
    """`+1 202-555-0123`: E.164 in international spacing. What is no number stays as the platform wrote it."""
    if not number.startswith("+"):
        return number or UNKNOWN
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    spaced = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return spaced if phonenumbers.is_possible_number(parsed) else number


def format_time(moment: datetime | None, zone: ZoneInfo, now: datetime) -> str:
    """`24 Nov 14:03` in the zone, with the year when it is not the present one there."""
    if moment is None:
        return UNKNOWN
    local = moment.astimezone(zone)
    return f"{local:%-d %b %H:%M}" if local.year == now.astimezone(zone).year else f"{local:%-d %b %Y %H:%M}"


def format_moment(moment: datetime | None, zone: ZoneInfo) -> str:
    """`20 Nov 2026, 14:03:11` in the zone."""
    return UNKNOWN if moment is None else f"{moment.astimezone(zone):%-d %b %Y, %H:%M:%S}"


def format_size(size_bytes: int) -> str:
    """`412 bytes`, `3.4 kB`, `1.2 GB`."""
    units = ("kB", "MB", "GB", "TB")
    power = next((power for power in range(len(units)) if size_bytes < 999.95 * 1000**power), len(units))
    return f"{size_bytes / 1000**power:.1f} {units[power - 1]}" if power else f"{size_bytes} bytes"


def file_stem(started_at: datetime, phone_number: str, zone: ZoneInfo) -> str:
    """`2026-11-20-1403-+12025550123`, what files of a call are named after: its start in the zone, and with whom."""
    number = re.sub(r"[^\w+-]", "", phone_number)
    return "-".join(filter(None, [f"{started_at.astimezone(zone):%Y-%m-%d-%H%M}", number]))
