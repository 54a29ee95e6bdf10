"""CSV files as a stream of records: a row is an object of its cells, all of them text."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import BinaryIO

from calls.ingest.normalised import Json
from calls.ingest.records import LONGEST, Record, broken

DELIMITERS = ",;\t"
ID_COLUMNS = {"id", "external_id"}  # one of them names the call
# An export puts an apostrophe before what a spreadsheet would take for a formula, full-width forms too, and one more
# before apostrophes that such a text begins with already.
DEFUSED = re.compile("''*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def delimiter_of(header: bytes) -> str | None:
    """What separates the columns of a header; None when it is not one of a file of calls."""
    text = header.decode("utf-8", "replace").lower()
    for delimiter in DELIMITERS:
        names = {name.strip().strip('"') for name in text.split(delimiter)}
        if len(names) > 1 and names & ID_COLUMNS:
            return delimiter
    return None


def read_csv(stream: BinaryIO, delimiter: str) -> Iterator[Record]:
    """The rows below the header; a broken row spoils only itself. A record stands where its row begins."""
    csv.field_size_limit(LONGEST)
    lines = Lines(stream)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    columns: list[str] = []
    while True:
        position = rows.line_num + 1
        lines.of_row.clear()
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield broken(position, lines.row, f"not CSV: {error}")
            continue
        if columns and cells:
            yield _record(position, lines.row, columns, cells)
        elif cells:
            columns = [name.strip().lower() for name in cells]


class Lines:
    """The lines of a text, and those of the row in work. Bytes that are not UTF-8 become lone surrogates."""

    def __init__(self, stream: BinaryIO) -> None:
        self._text = io.TextIOWrapper(stream, encoding="utf-8", errors="surrogateescape", newline="")
        self.of_row: list[str] = []

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(LONGEST):
            self.of_row.append(line)
            yield line

    @property
    def row(self) -> bytes:
        return "".join(self.of_row).encode("utf-8", "surrogateescape")


def _record(position: int, row: bytes, columns: list[str], cells: list[str]) -> Record:
    if len(cells) > len(columns):
        return broken(position, row, f"{len(cells)} cells under {len(columns)} columns")
    payload: dict[str, Json] = {name: _cell(text) for name, text in zip(columns, cells, strict=False)}
    try:
        body = json.dumps(payload, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return broken(position, row, "not UTF-8 text")
    return Record(position, body, payload)


def _cell(text: str) -> str:
    return text[1:] if DEFUSED.match(text) else text
