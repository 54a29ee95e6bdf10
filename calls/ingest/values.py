"""Single values of a payload: text, JSON, numbers and times as a database keeps them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from reprlib import Repr
from urllib.parse import urlsplit

from calls.ingest.normalised import Json, Rejected

URL_LENGTH = 2000
DEEPEST = 40
LARGEST_EXPONENT = 30

SHORT = Repr()
SHORT.maxstring = SHORT.maxother = SHORT.maxlong = 60
SHORT.maxlevel = SHORT.maxlist = SHORT.maxdict = 3
AMOUNT_PLACES = 12

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
EARLIEST_EPOCH, LATEST_EPOCH = EARLIEST.timestamp(), LATEST.timestamp()
# Between 2000 and 2100 the size of an epoch time tells its unit: s, ms, µs, ns.
EPOCH_UNITS = (1, 10**3, 10**6, 10**9)

SECRET_NAME = re.compile(r"(?i)secret|passw(or)?d|authorization|api[_-]?key|(^|access|auth|bearer)[_-]?token$")
SIGNED_QUERY = re.compile(r"(?i)(^|&)[^=&]*(sig|token|key|expires)[^=&]*=")


def plain_text(text: str) -> str:
    """The text without what no database keeps."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def clean(value: Json, path: str = "", depth: int = DEEPEST) -> Json:
    """A JSON value as every database keeps it. Rejected when it nests too deep."""
    if depth == 0:
        raise Rejected(path, f"takes at most {DEEPEST} levels of lists and objects")
    match value:
        case str():
            return plain_text(value)
        case dict():
            return {plain_text(str(name)): clean(part, path, depth - 1) for name, part in value.items()}
        case list():
            return [clean(part, path, depth - 1) for part in value]
        case Decimal():
            is_whole = number_in(value) is not None and value == value.to_integral_value()
            return clean(int(value) if is_whole else float(value), path, depth)
        case float() if value != value or value in (float("inf"), float("-inf")):
            return None
    return value


def without_secrets(value: Json) -> Json:
    """A cleaned value without what looks like a credential: it is shown to people and exported."""
    if isinstance(value, dict):
        return {name: without_secrets(part) for name, part in value.items() if not is_secret(name, part)}
    if isinstance(value, list):
        return [without_secrets(part) for part in value if not is_secret("", part)]
    return value


def is_secret(name: str, value: Json) -> bool:
    if isinstance(value, str) and "://" in value[:10] and SIGNED_QUERY.search(value.partition("?")[2]):
        return True
    return bool(SECRET_NAME.search(name))


def shown(value: Json) -> str:
    """A value in a message: short, and free of what a database cannot keep."""
    text = SHORT.repr(str(value) if isinstance(value, Decimal) else value)
    return text.encode("ascii", "backslashreplace").decode()


def number_in(value: Json) -> Decimal | None:
    """A finite number from a number or its text, without the noise of binary fractions; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        return None
    try:
        number = Decimal(value if isinstance(value, int) else str(value).strip())
    except (InvalidOperation, ValueError):
        return None
    # What is larger than any quantity here would only overflow later.
    return number if number.is_finite() and number.adjusted() < LARGEST_EXPONENT else None


def epoch_time(number: Decimal, units: tuple[int, ...] = EPOCH_UNITS) -> datetime | None:
    """The moment between 2000 and 2100 that an epoch number means, in whichever of the units per second fits."""
    for unit in units:
        if EARLIEST_EPOCH <= number / unit < LATEST_EPOCH:
            return EPOCH + timedelta(microseconds=int(number * 10**6 / unit))
    return None


def iso_time(text: str) -> datetime | None:
    """The moment of an ISO 8601 time with an offset; None when it is none, or outside 2000 to 2100."""
    try:
        moment = datetime.fromisoformat(text.strip().upper())
        if moment.tzinfo is None:
            return None
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if EARLIEST <= moment < LATEST else None


def utc_time(text: str) -> datetime | None:
    """The moment of an ISO 8601 time, which is UTC where it has no offset."""
    return iso_time(text) or iso_time(f"{text.strip()}Z")


def mail_time(text: str) -> datetime | None:
    """The moment of a time as in mails (RFC 2822), such as Sat, 18 Jul 2026 20:12:34 +0000."""
    try:
        moment = parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return moment if EARLIEST <= moment < LATEST else None


def milliseconds(start: datetime | None, end: datetime | None) -> int | None:
    """From start to end; None when either is unknown or the end comes first."""
    if start is None or end is None or end < start:
        return None
    return (end - start) // timedelta(milliseconds=1)


def is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    is_plain = text.isprintable() and " " not in text and len(text) <= URL_LENGTH
    return is_plain and parts.scheme in ("http", "https") and bool(parts.netloc)


def without_noise(number: Decimal) -> Decimal:
    """The number with the noise of binary fractions rounded off."""
    _, _, exponent = number.as_tuple()
    if isinstance(exponent, int) and exponent < -AMOUNT_PLACES:
        return round(number, AMOUNT_PLACES).normalize()
    return number
