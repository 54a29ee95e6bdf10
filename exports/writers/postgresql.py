"""PostgreSQL writes the lines of a file itself, by COPY; Python only passes them on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from exports.cells import FORMULA_STARTS
from exports.columns import Column, Kind
from exports.output import Output
from exports.table import Table

CHUNK = 500  # lines

STARTS = "".join(f"\\u{ord(char):04x}" for char in FORMULA_STARTS)
E164 = "'^[+][0-9]*$'"
FORMULA = f"'^''*[{STARTS}]'"
# A line of JSON has no such characters, so that CSV leaves it as it is.
LINES_AS_THEY_ARE = "(FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')"


class Lines:
    """A file for COPY, which writes each line by a call of its own. `write_chunk` takes some hundred at once, each
    without its end."""

    def __init__(self, write_chunk: Callable[[list[bytes]], None]) -> None:
        self._lines: list[bytes] = []
        self._write_chunk = write_chunk

    def write(self, line: bytes) -> None:
        self._lines.append(line[:-1])
        if len(self._lines) == CHUNK:
            self.flush()

    def flush(self) -> None:
        if self._lines:
            self._write_chunk(self._lines)
            self._lines = []


def write_csv(table: Table, output: Output, *, for_spreadsheets: bool) -> None:
    cells = [csv_cell(column, sql, for_spreadsheets) for column, sql in with_sql(table)]
    copy(table, ", ".join(cells), "(FORMAT csv)", lambda lines: output.write(joined(lines, b"\r\n"), len(lines)))


def write_jsonl(table: Table, output: Output) -> None:
    copy_objects(table, lambda lines: output.write(joined(lines, b"\n"), len(lines)))


def write_json(table: Table, output: Output) -> None:
    def write(lines: list[bytes]) -> None:
        output.write((b",\n" if output.rows else b"[\n") + b",\n".join(lines), len(lines))

    copy_objects(table, write)
    output.write(b"\n]\n" if output.rows else b"[]\n")


def joined(lines: list[bytes], end: bytes) -> bytes:
    return end.join(lines) + end


def copy_objects(table: Table, write_chunk: Callable[[list[bytes]], None]) -> None:
    members = [f"{json_value(column, sql)} AS {name(column)}" for column, sql in with_sql(table)]
    line = f"(SELECT row_to_json(o) FROM (SELECT {', '.join(members)}) o)"  # noqa: S608 - our own columns
    copy(table, line, LINES_AS_THEY_ARE, write_chunk)


def with_sql(table: Table) -> Iterator[tuple[Column, str]]:
    placed = enumerate(table.columns)
    return ((column, "NULL::text" if column.kind == Kind.NOTHING else f"t.c{place}") for place, column in placed)


def name(column: Column) -> str:
    doubled = column.name.replace('"', '""')
    return f'"{doubled}"'


def copy(table: Table, line: str, options: str, write_chunk: Callable[[list[bytes]], None]) -> None:
    stored = table.stored_rows()
    if stored is None:
        return
    with table.connection.cursor() as cursor:
        rows = cursor.cursor.mogrify(*stored).decode()
        lines = Lines(write_chunk)
        cursor.copy_expert(f"COPY (SELECT {line} FROM ({rows}) t) TO STDOUT WITH {options}", lines)  # noqa: S608
        lines.flush()


def csv_cell(column: Column, sql: str, for_spreadsheets: bool) -> str:
    match column.kind:
        case Kind.TEXT:
            return csv_text(sql)
        case Kind.PHONE:
            return csv_text(sql) if for_spreadsheets else csv_text(sql, but=f"{sql} ~ {E164}")
        case Kind.WORD:
            return f"nullif({sql}, '')"
        case Kind.TIME:
            return f"to_jsonb({sql}) #>> '{{}}'"  # quicker than to_json and trim, and than to_char
        case Kind.SECONDS:
            return f"{sql} / 1000::float8"
        case Kind.VALUE:
            text = f"({sql} #>> '{{}}')"
            return f"CASE jsonb_typeof({sql}) WHEN 'string' THEN {csv_text(text)} ELSE {text} END"
        case _:
            return sql


def csv_text(sql: str, but: str = "") -> str:
    """A text that no spreadsheet runs; `but` is when it may stand as it is. Most begin with a letter or a digit."""
    plain = f'{sql} COLLATE "C"'
    is_harmless = f"{plain} >= '0' AND {plain} < ':' OR {plain} >= 'A' AND {plain} < U&'\\FF00'"
    alone = f"WHEN {but} THEN {sql} " if but else ""
    is_formula = f"{sql} ~ {FORMULA}"
    return f"CASE {alone}WHEN {is_harmless} THEN {sql} WHEN {is_formula} THEN '''' || {sql} ELSE nullif({sql}, '') END"


def json_value(column: Column, sql: str) -> str:
    match column.kind:
        case Kind.TEXT | Kind.PHONE | Kind.WORD:
            return f"nullif({sql}, '')"
        case Kind.SECONDS:
            return f"{sql} / 1000::float8"
        case Kind.CREDITS:
            return f"{sql}::text"
        case Kind.JSON:
            return f"coalesce({sql}, '{column.empty}')::json"
        case _:
            return sql
