"""Which bytes a request asks for: the Range and If-Range headers of RFC 9110, pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.http import parse_http_date_safe

RANGE_SET = re.compile(r"\s*bytes\s*=(.*)", re.IGNORECASE | re.DOTALL)
# More digits than any file has bytes are no number of a byte.
RANGE = re.compile(r"([0-9]{0,40})-([0-9]{0,40})")


class NotSatisfiable(Exception):
    """The range is well written, but the file has no such bytes."""


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from `start` up to, without, `stop`."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        return self.stop - self.start


def requested_span(headers: Mapping[str, str], size: int, etag: str, modified: int) -> Span | None:
    """The one range that a GET asks for; None means the whole file. `modified` is in whole epoch seconds.

    The whole file is also the answer where the standard lets a server ignore the header: several ranges, other
    units, a range that is not well written. Raises NotSatisfiable.
    """
    if "Range" not in headers or not is_same_file(headers.get("If-Range"), etag, modified):
        return None
    return parse_range(headers["Range"], size)


def is_same_file(if_range: str | None, etag: str, modified: int) -> bool:
    """Whether the part that the client has belongs to the present file. Weak tags never do."""
    if if_range is None:
        return True
    if '"' in if_range:
        return if_range.strip() == etag
    return parse_http_date_safe(if_range) == modified


def parse_range(header: str, size: int) -> Span | None:
    match = RANGE_SET.fullmatch(header)
    ranges = [text.strip() for text in match[1].split(",") if text.strip()] if match else []
    match = RANGE.fullmatch(ranges[0]) if len(ranges) == 1 else None
    if not match:
        return None
    first, last = match.groups()
    if first:
        return _from_first(int(first), int(last) if last else size - 1, size)
    return _suffix(int(last), size) if last else None


def _from_first(first: int, last: int, size: int) -> Span | None:
    if first >= size:
        raise NotSatisfiable
    return Span(first, min(last + 1, size)) if first <= last else None


def _suffix(length: int, size: int) -> Span | None:
    if length == 0:
        raise NotSatisfiable
    return Span(max(size - length, 0), size) if size else None
