"""Single values as an export writes them: the plain rules, which the databases' own expressions repeat."""

from __future__ import annotations

import json
import re
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

DIGITS = "0123456789"
# What a spreadsheet takes for the beginning of a formula, or passes over on the way to one; the last four are the
# full-width forms. An apostrophe before them is text already, and gets one more, so that one can be taken off again.
FORMULA_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
FORMULA = re.compile(f"'*[{re.escape(FORMULA_STARTS)}]")
NEEDS_QUOTES = re.compile('[",\r\n]')


def local_time(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """`2026-11-20T15:03:11.25+01:00`: ISO 8601 with the offset of the zone, fractions only as far as they go."""
    if moment is None:
        return None
    local = moment.astimezone(zone)
    fraction = f".{local.microsecond:06d}".rstrip("0").rstrip(".")
    return f"{local:%Y-%m-%dT%H:%M:%S}{fraction}{offset_text(local)}"


def offset_text(local: datetime) -> str:
    """`+05:45`. No zone has had seconds in its offset since 2000."""
    offset = local.utcoffset()
    assert offset is not None  # noqa: S101 - an aware time
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def seconds(duration_ms: int | None) -> int | float | None:
    """Seconds as the shortest number: 48, 48.25."""
    if duration_ms is None:
        return None
    return duration_ms / 1000 if duration_ms % 1000 else duration_ms // 1000


def credits_text(credits: Decimal | None) -> str | None:
    """`1.2500`: plain, whatever its size."""
    return None if credits is None else f"{credits:.4f}"


def defused(text: str) -> str:
    """Text that no spreadsheet runs. calls.ingest.csv_stream takes the apostrophe off again."""
    return f"'{text}" if FORMULA.match(text) else text


def defused_phone(text: str) -> str:
    """The same, but a plus sign and digits stay what they are: a number in E.164 is no formula."""
    return text if text.rstrip(DIGITS) == "+" else defused(text)


def quoted(text: str) -> str:
    """A field of RFC 4180."""
    if not NEEDS_QUOTES.search(text):
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def unescaped(text: str | None) -> str | None:
    r"""JSON text as people read it: é instead of \u00e9. None stays None."""
    if text is None or "\\u" not in text:
        return text
    plain = json.dumps(json.loads(text), ensure_ascii=False)
    try:
        plain.encode()
    except UnicodeEncodeError:  # half a character, which is only possible as an escape
        return text
    return plain


def json_text(value: str | int | float | None) -> str:
    return json.dumps(value, ensure_ascii=False)
