"""One record of a file, before it is understood."""

from __future__ import annotations

import json
from dataclasses import dataclass

from calls.ingest.normalised import Json
from calls.ingest.quick_json import read

LONGEST = 64 * 1024 * 1024  # bytes of one record
TOO_LONG = f"a record longer than {LONGEST >> 20} MB"
TOO_DEEP = "nested too deep"
KEPT = 64 * 1024  # bytes of a record that cannot be read


class NotReadable(Exception):
    """A file that holds no records in any format; str() says why, in one line."""


@dataclass(frozen=True, slots=True)
class Record:
    """Its payload, or the problem why there is none; neither before it is understood as JSON. `body` is the text as
    it arrived, `position` counts from 1: lines in JSON Lines and CSV, records in JSON."""

    position: int
    body: bytes
    payload: dict[str, Json] | None = None
    problem: str = ""

    @property
    def as_read(self) -> Record:
        return record_in(self.position, self.body) if self.payload is None and not self.problem else self


def broken(position: int, body: bytes, problem: str) -> Record:
    return Record(position, body[:KEPT], None, problem)


def record_of(position: int, body: bytes, value: Json) -> Record:
    if isinstance(value, dict):
        return Record(position, body, value)
    return broken(position, body, "not a JSON object")


def record_in(position: int, body: bytes) -> Record:
    """The record that a text of its own holds."""
    try:
        return record_of(position, body, read(body))
    except UnicodeDecodeError:
        return broken(position, body, "not UTF-8 text")
    except json.JSONDecodeError as error:
        return broken(position, body, f"not JSON: {error.msg} at column {error.colno}")
    except ValueError as error:  # a number of too many digits
        return broken(position, body, f"not JSON: {error}")
    except RecursionError:
        return broken(position, body, TOO_DEEP)
