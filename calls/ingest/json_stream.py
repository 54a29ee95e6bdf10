"""JSON documents as a stream of records: an array of them, one alone, or an object that lists them."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import BinaryIO

from calls.ingest.normalised import Json
from calls.ingest.records import KEPT, LONGEST, TOO_DEEP, TOO_LONG, Record, broken, record_of

CHUNK = 64 * 1024
SMALL = 1 << 20  # characters of an object that is looked at as a whole
# An object with a list under one of these is a page of records, as platforms list their calls.
LIST_KEYS = ("calls", "results", "data", "items")
SPACE = re.compile(r"[ \t\r\n]*")
# An error this near to the end of what was read, or in a text without an end, may be cured by reading on.
LONGEST_WORD = len("-Infinity")


class Broken(Exception):
    """The document cannot be read further; str() says where and why."""


def read_json(stream: BinaryIO) -> Iterator[Record]:
    """The records of one document or several, one after another. What follows a broken place is one record."""
    scanner, position = Scanner(stream), 0
    try:
        while scanner.peek():
            for body, value in _document(scanner):
                position += 1
                yield _checked(position, body, value)
    except Broken as error:
        yield broken(position + 1, scanner.rest(), str(error))


def listed_records(value: Json) -> list[Json] | None:
    """The records that an object lists; None when it is a record itself."""
    if not isinstance(value, dict):
        return None
    return next((value[key] for key in LIST_KEYS if isinstance(value.get(key), list)), None)


def _checked(position: int, text: str, value: Json) -> Record:
    try:
        return record_of(position, text.encode(), value)
    except UnicodeEncodeError:  # bytes that the decoder let through
        return broken(position, text.encode("utf-8", "surrogateescape"), "not UTF-8 text")


def _document(scanner: Scanner) -> Iterator[tuple[str, Json]]:
    if scanner.peek() == "[":
        yield from _array(scanner)
        return
    if scanner.peek() == "{" and not scanner.can_hold(SMALL):
        yield from _large_object(scanner)
        return
    text, value = scanner.value()
    listed = listed_records(value)
    yield from ((text, value),) if listed is None else ((_dumped(item), item) for item in listed)


def _array(scanner: Scanner) -> Iterator[tuple[str, Json]]:
    scanner.take("[")
    if scanner.peek() != "]":
        yield scanner.value()
        while scanner.peek() == ",":
            scanner.take(",")
            yield scanner.value()
    scanner.take("]")


def _large_object(scanner: Scanner) -> Iterator[tuple[str, Json]]:
    """Key by key, so that a list in it can be of any length."""
    pairs: dict[str, Json] = {}
    size, is_list = 0, False
    for key in _keys(scanner):
        if key in LIST_KEYS and scanner.peek() == "[":
            is_list = True
            yield from _array(scanner)
            continue
        text, pairs[key] = scanner.value()
        size += len(text)
        if size > LONGEST:
            raise scanner.broken(TOO_LONG)
    if not is_list:
        yield _dumped(pairs), pairs


def _keys(scanner: Scanner) -> Iterator[str]:
    """The keys of an object; whoever iterates reads the value of each."""
    scanner.take("{")
    while True:
        _, key = scanner.value()
        if not isinstance(key, str):
            raise scanner.broken("expecting a name in double quotes")
        scanner.take(":")
        yield key
        if scanner.peek() != ",":
            break
        scanner.take(",")
    scanner.take("}")


def _dumped(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


class Scanner:
    """JSON values one after another, from a stream of which only the part in work is held.

    Bytes that are not UTF-8 come through as lone surrogates, so that they spoil their own record only.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._json = json.JSONDecoder()
        self._text, self._at, self._lines = "", 0, 0
        self._has_ended = False

    def peek(self) -> str:
        """The next character that is no space; "" at the end."""
        while True:
            self._at = SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._read_on():
                return ""

    def take(self, char: str) -> None:
        if self.peek() != char:
            raise self.broken(f"expecting {char}" if self.peek() else f"the file ends, expecting {char}")
        self._at += 1

    def value(self) -> tuple[str, Json]:
        """The next value and its text."""
        self.peek()
        while True:
            try:
                value, end = self._json.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if not (self._may_go_on(error) and self._read_on()):
                    raise self.broken(error.msg, error.pos) from None
            except ValueError as error:  # a number of too many digits
                raise self.broken(str(error)) from None
            except RecursionError:
                raise self.broken(TOO_DEEP) from None
            else:
                is_whole = isinstance(value, (dict, list, str)) or end < len(self._text) or not self._read_on()
                if is_whole:
                    text, self._at = self._text[self._at : end], end
                    return text, value

    def can_hold(self, characters: int) -> bool:
        """Whether what is left of the stream fits; reads as much."""
        while len(self._text) - self._at <= characters:
            if not self._read_on():
                return True
        return False

    def broken(self, problem: str, at: int | None = None) -> Broken:
        at = self._at if at is None else at
        line = self._lines + self._text.count("\n", 0, at) + 1
        column = at - self._text.rfind("\n", 0, at)
        return Broken(f"line {line} column {column}: {problem}")

    def rest(self) -> bytes:
        """The beginning of what was not read."""
        return self._text[self._at : self._at + KEPT].encode("utf-8", "surrogateescape")

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        if len(self._text) - self._at > LONGEST:
            raise self.broken(TOO_LONG)
        is_open = error.msg.startswith("Unterminated string")
        return is_open or error.pos >= len(self._text) - LONGEST_WORD

    def _read_on(self) -> bool:
        """Read as much as is held already, so that a long value is not tried too often; False at the end."""
        wanted, parts = max(CHUNK, len(self._text) - self._at), []
        while wanted > 0 and not self._has_ended:
            part = self._stream.read1(wanted)  # type: ignore[attr-defined]
            self._has_ended = not part
            parts.append(self._decoder.decode(part, final=self._has_ended))
            wanted -= len(part)
        more = "".join(parts)
        self._lines += self._text.count("\n", 0, self._at)
        self._text, self._at = self._text[self._at :] + more, 0
        return bool(more)
