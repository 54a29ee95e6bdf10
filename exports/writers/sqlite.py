"""SQLite writes whole lines of a file itself, one text for each call, which takes a third of the time that csv.writer
takes. JSON comes as its json_object() writes it. In a line of CSV marks, which are bytes that no text has, stand before
the values and between them, and Python sees to the values that need it, by the rules of exports.cells, some hundred
lines at once.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from zoneinfo import ZoneInfo

from exports import zones
from exports.cells import defused, defused_phone, quoted, unescaped
from exports.columns import Column, Kind
from exports.output import Output
from exports.table import Table

CHUNK = 500  # lines
MOST_ARGUMENTS = 90  # of one function; SQLite takes 127 at least

# Before a value, between two values, and between two lines. JSON has a mark on either side.
TEXT, PHONE, VALUE, JSON, JSON_END, COMMA, LINE = b"\xf8", b"\xf9", b"\xfa", b"\xfb", b"\xfc", b"\xfe", b"\xff"
PRINTED = bytes.maketrans(COMMA + JSON + JSON_END, b',""')


def beginning(mark: bytes, *parts: bytes) -> re.Pattern[bytes]:
    """Finds the values with this mark that begin with one of the parts."""
    return re.compile(mark + b"((?:" + b"|".join(parts) + b")[^\xfe\xff]*+)")


# What exports.cells.FORMULA matches, as far as one byte tells: its last four begin with \xef.
FORMULA = rb"['=+\-@\t\r\n\xef]"
FORMULA_OF_PHONE = rb"['=\-@\t\r\n\xef]|\+[0-9]*+[^0-9\xfe\xff]"
QUOTED = (b'"', b",", b"\r", b"\n")
TO_QUOTE = b'[^\xfe\xff",\r\n]*+[",\r\n]'
UNSAFE_TEXT, UNSAFE_PHONE = beginning(TEXT, FORMULA), beginning(PHONE, FORMULA_OF_PHONE)
UNSAFE_OR_QUOTED_TEXT = beginning(TEXT, FORMULA, TO_QUOTE)
UNSAFE_OR_QUOTED_PHONE = beginning(PHONE, FORMULA_OF_PHONE, TO_QUOTE)
QUOTED_VALUE = beginning(VALUE, TO_QUOTE)
ESCAPED = re.compile(rb"(?<=[\xfa\xfb])[^\xfc\xfe\xff]*\\u[^\xfc\xfe\xff]*")

SECONDS = "CASE WHEN {0} % 1000 THEN {0} / 1000.0 ELSE {0} / 1000 END"
CREDITS = "CASE WHEN {0} IS NOT NULL THEN printf('%.4f', {0}) END"


def write_csv(table: Table, output: Output, *, for_spreadsheets: bool) -> None:
    cells = [csv_cell(column, sql, table.zone, for_spreadsheets) for column, sql in with_sql(table)]
    for lines in line_chunks(table, joined(cells, COMMA), id_at=0):
        output.write(finished_csv(LINE.join(lines)) + b"\r\n", len(lines))


def finished_csv(lines: bytes) -> bytes:
    """The lines without marks. JSON stands in quotes, and nothing is left of an empty one."""
    if JSON in lines:
        lines = with_escapes_read(lines).replace(JSON + JSON_END, b"")
    if any(byte in lines for byte in QUOTED):
        lines = lines.replace(b'"', b'""')
        lines = UNSAFE_OR_QUOTED_TEXT.sub(safe_text, lines)
        lines = UNSAFE_OR_QUOTED_PHONE.sub(safe_phone, lines)
        lines = QUOTED_VALUE.sub(in_quotes, lines)
    else:
        lines = UNSAFE_PHONE.sub(safe_phone, UNSAFE_TEXT.sub(safe_text, lines))
    return lines.translate(PRINTED, TEXT + PHONE + VALUE).replace(LINE, b"\r\n")


def with_escapes_read(lines: bytes) -> bytes:
    # One byte is found ten times as fast as two.
    return ESCAPED.sub(unescape, lines) if b"\\" in lines and b"\\u" in lines else lines


def unescape(found: re.Match[bytes]) -> bytes:
    return (unescaped(found[0].decode()) or "").encode()


def safe_text(found: re.Match[bytes]) -> bytes:
    """As csv_cell of exports.writers.plain writes it; quotes come doubled already."""
    return quoted(defused(single(found))).encode()


def safe_phone(found: re.Match[bytes]) -> bytes:
    return quoted(defused_phone(single(found))).encode()


def in_quotes(found: re.Match[bytes]) -> bytes:
    return b'"' + found[1] + b'"'


def single(found: re.Match[bytes]) -> str:
    return found[1].decode().replace('""', '"')


# A value in a line: a template of printf(), and the SQL of its arguments.
Cell = tuple[bytes, Sequence[str]]


def csv_cell(column: Column, sql: str, zone: ZoneInfo, for_spreadsheets: bool) -> Cell:
    match column.kind:
        case Kind.TEXT:
            return TEXT + b"%s", [sql]
        case Kind.PHONE:
            return (TEXT if for_spreadsheets else PHONE) + b"%s", [sql]
        case Kind.JSON:
            return JSON + b"%s" + JSON_END, [sql]
        case Kind.VALUE:
            is_text = f"json_type({sql}) = 'text'"
            mark = f"CASE WHEN {is_text} THEN {literal(TEXT)} ELSE {literal(VALUE)} END"
            value = f"CASE WHEN {is_text} THEN json_extract({sql}, '$') ELSE nullif({sql}, 'null') END"
            return b"%s%s", [mark, value]
        case _:
            return b"%s", [scalar(column.kind, sql, zone)]


def joined(cells: Sequence[Cell], separator: bytes) -> str:
    """One text of all values; NULL is nothing. In as few functions as may have so many arguments."""
    parts: list[tuple[list[bytes], list[str]]] = [([], [])]
    for template, arguments in cells:
        if len(parts[-1][1]) + len(arguments) > MOST_ARGUMENTS:
            parts.append(([], []))
        parts[-1][0].append(template)
        parts[-1][1].extend(arguments)
    texts = [f"printf({literal(separator.join(templates))}, {', '.join(values)})" for templates, values in parts]
    return f" || {literal(separator)} || ".join(texts)


def literal(text: bytes) -> str:
    return f"CAST(x'{text.hex()}' AS TEXT)"


def write_jsonl(table: Table, output: Output) -> None:
    for lines in json_lines(table):
        output.write(finished_json(b"\n".join(lines)) + b"\n", len(lines))


def write_json(table: Table, output: Output) -> None:
    before = b"[\n"
    for lines in json_lines(table):
        output.write(before + finished_json(b",\n".join(lines)), len(lines))
        before = b",\n"
    output.write(b"[]\n" if before == b"[\n" else b"\n]\n")


def json_lines(table: Table) -> Iterator[list[bytes]]:
    """The members that are JSON in the database stand after the others."""
    placed = list(with_sql(table))
    values = [
        f"'{column.name}', {json_value(column, sql, table.zone)}" for column, sql in placed if not is_json(column)
    ]
    line = f"json_object({', '.join(values)})"
    members = [json_member(column, sql) for column, sql in placed if is_json(column)]
    if members:
        line = f"rtrim({line}, '}}') || {literal(b',' if values else b'')} || {joined(members, b',')} || '}}'"
    return line_chunks(table, line, id_at=len('{"id":"'))


def is_json(column: Column) -> bool:
    return column.kind == Kind.JSON


def json_member(column: Column, sql: str) -> Cell:
    template = f'"{column.name}":'.encode() + JSON + b"%s" + JSON_END
    return template, [f"coalesce({sql}, '{column.empty}')"]


def json_value(column: Column, sql: str, zone: ZoneInfo) -> str:
    match column.kind:
        case Kind.TEXT | Kind.PHONE | Kind.WORD:
            return f"nullif({sql}, '')"
        case _:
            return scalar(column.kind, sql, zone)


def finished_json(lines: bytes) -> bytes:
    return with_escapes_read(lines).translate(None, JSON + JSON_END) if JSON in lines else lines


def scalar(kind: Kind, sql: str, zone: ZoneInfo) -> str:
    match kind:
        case Kind.TIME:
            return local_time(sql, zone)
        case Kind.SECONDS:
            return SECONDS.format(sql)
        case Kind.CREDITS:
            return CREDITS.format(sql)
        case _:
            return sql


def line_chunks(table: Table, line: str, id_at: int) -> Iterator[list[bytes]]:
    """`id_at` is where the id stands in a line, if it is a column: always the first."""
    stored = table.stored_rows()
    if stored is None:
        return
    rows, params = stored
    sql = f"SELECT {line} FROM ({rows % (('?',) * len(params))})"  # noqa: S608 - our own columns
    ends = [id_at + digits for digits in (8, 12, 16, 20)]
    with as_bytes(table) as connection:
        cursor = connection.execute(sql, params)
        while rows_of_chunk := cursor.fetchmany(CHUNK):
            lines = [text for (text,) in rows_of_chunk]
            yield with_dashes(lines, *ends) if table.columns[0].kind == Kind.UUID else lines


def with_dashes(lines: list[bytes], a: int, b: int, c: int, d: int) -> list[bytes]:
    """The lines with the 32 digits of their id as a UUID is written: in groups that end at these places."""
    return [b"%b-%b-%b-%b-%b" % (line[:a], line[a:b], line[b:c], line[c:d], line[d:]) for line in lines]


def with_sql(table: Table) -> Iterator[tuple[Column, str]]:
    placed = enumerate(table.columns)
    return ((column, "NULL" if column.kind == Kind.NOTHING else f"c{place}") for place, column in placed)


@contextmanager
def as_bytes(table: Table) -> Iterator[sqlite3.Connection]:
    """The connection, which gives texts in UTF-8 as they are stored."""
    table.connection.ensure_connection()
    connection = table.connection.connection
    usual, connection.text_factory = connection.text_factory, bytes
    try:
        yield connection
    finally:
        connection.text_factory = usual


def local_time(sql: str, zone: ZoneInfo) -> str:
    """SQL of a stored time, which is UTC, as exports.cells.local_time writes it."""
    return f"({by_offset(sql, zones.offsets(zone))})"


def by_offset(sql: str, spans: Sequence[zones.Span]) -> str:
    """A tree of CASEs, so that a zone with two changes a year costs eight comparisons."""
    if len(spans) > 1:
        middle = len(spans) // 2
        change = f"{spans[middle].start:%Y-%m-%d %H:%M:%S}"
        earlier, later = by_offset(sql, spans[:middle]), by_offset(sql, spans[middle:])
        return f"CASE WHEN {sql} < '{change}' THEN {earlier} ELSE {later} END"
    offset = spans[0].offset
    if not offset:
        local = f"replace({sql}, ' ', 'T')"
        return f"CASE length({sql}) WHEN 19 THEN {local} ELSE rtrim(rtrim({local}, '0'), '.') END || '+00:00'"
    shift = f"'{offset // timedelta(seconds=1):+d} seconds'"
    local = f"strftime('%Y-%m-%dT%H:%M:%S', substr({sql}, 1, 19), {shift})"
    return f"{local} || rtrim(rtrim(substr({sql}, 20), '0'), '.') || '{spans[0].text}'"
