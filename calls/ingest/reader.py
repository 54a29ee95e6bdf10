"""Files of records, read as a stream: JSON, JSON Lines or CSV, gzipped or not, told apart by what is in them.

Memory does not grow with the file, only with its largest record.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from calls.ingest.csv_stream import delimiter_of, read_csv
from calls.ingest.json_stream import listed_records, read_json
from calls.ingest.normalised import Json
from calls.ingest.records import LONGEST, TOO_LONG, NotReadable, Record, broken

HEAD = 1 << 20  # bytes that tell the format
HEAD_LINES = 10
GZIP, BOM, UTF_16 = b"\x1f\x8b", b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
BROKEN_GZIP = (EOFError, gzip.BadGzipFile, zlib.error)
NOT_READABLE = "not JSON, JSON Lines or CSV"
LOOKS_LIKE_JSON = re.compile(rb'\s*(\{\s*(["}]|$)|\[\s*([\[\]{"\-\dtfn]|$))')
# A pretty printer breaks a line only after these: a first line that ends otherwise is one of JSON Lines.
OPEN_ENDS = (b"{", b"[", b",", b":")
LINES_NAME = re.compile(r"\.(jsonl|ndjson)(\.gz)?$", re.IGNORECASE)

Format = Callable[[BinaryIO], Iterator[Record]]


def read(path: str) -> Iterator[Record]:
    """The records of a file, or of standard input for "-"; lines are left to be read by whoever wants them, which may
    be another process. Raises NotReadable."""
    if path == "-":
        yield from read_stream(sys.stdin.buffer, path)
        return
    try:
        with Path(path).open("rb") as file:
            yield from read_stream(file, path)
    except OSError as error:
        raise NotReadable(error.strerror or str(error)) from None


def read_stream(file: BinaryIO, name: str) -> Iterator[Record]:
    """The records of an open file; `name` only helps to tell JSON Lines from JSON. Raises NotReadable."""
    is_gzip = file.peek(2).startswith(GZIP)  # type: ignore[attr-defined]
    stream = Stream(gzip.GzipFile(fileobj=file) if is_gzip else file)  # type: ignore[arg-type]
    read_records, position = _format_of(stream.head, name), 0
    try:
        for record in read_records(io.BufferedReader(stream)):  # type: ignore[type-var]
            position = record.position
            yield record
    except BROKEN_GZIP as error:
        yield broken(position + 1, str(error).encode(), f"the gzip data is broken: {error}")


class Stream(io.RawIOBase):
    """A stream of which the head is known. An error comes after everything that could be read before it."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._error: Exception | None = None
        self.head = self._look_ahead()
        self._unread = self.head

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        part = self._unread[: len(buffer)]
        self._unread = self._unread[len(buffer) :]
        if not part and self._error:
            raise self._error
        part = part or self._source.read1(len(buffer))  # type: ignore[attr-defined]
        buffer[: len(part)] = part
        return len(part)

    def _look_ahead(self) -> bytes:
        head = b""
        try:
            while len(head) < HEAD and (part := self._source.read1(HEAD)):  # type: ignore[attr-defined]
                head += part
        except BROKEN_GZIP as error:
            self._error = error
        return head.removeprefix(BOM)


def _format_of(head: bytes, name: str) -> Format:
    lines = [line.strip() for line in head.split(b"\n") if line.strip()][:HEAD_LINES]
    if not lines:
        return _read_nothing
    is_object_on_a_line = any(isinstance(_value(line), dict) for line in lines)
    if lines[0].startswith(b"[") and is_object_on_a_line and _value(lines[0]) is not None:
        return _read_lines  # an array on a line of its own
    if LOOKS_LIKE_JSON.match(head):
        return _read_lines if lines[0].startswith(b"{") and _is_lines(lines[0], head, name) else read_json
    if is_object_on_a_line:
        return _read_lines
    delimiter = None if head.startswith(UTF_16) else delimiter_of(lines[0])
    if delimiter is None:
        raise NotReadable(NOT_READABLE)
    return lambda stream: read_csv(stream, delimiter)


def _is_lines(first: bytes, head: bytes, name: str) -> bool:
    """Whether a file that begins with an object has one on each line."""
    if LINES_NAME.search(name):
        return True
    if b"\n" not in head and len(head) >= HEAD - len(BOM):
        return False  # an object, too long to tell
    value = _value(first)
    return not (first.endswith(OPEN_ENDS) if value is None else listed_records(value) is not None)


def _value(line: bytes) -> Json:
    """The JSON value of a line, None for anything else."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _read_nothing(stream: BinaryIO) -> Iterator[Record]:
    return iter(())


def _read_lines(stream: BinaryIO) -> Iterator[Record]:
    """JSON Lines; a broken line spoils only itself."""
    number = 0
    while line := stream.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            yield broken(number, line, TOO_LONG)
            while line and not line.endswith(b"\n"):
                line = stream.readline(LONGEST)
        elif text := line.strip():
            yield Record(number, text)
