"""SQLite writes whole lines of a file itself: one text for each call, a printf() of all columns, which takes a third of
the time that csv.writer takes. Marks, which are bytes that no text has, stand around the values, and Python sees to
those that need more, by the rules of exports.cells, some hundred lines at once.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from zoneinfo import ZoneInfo

from exports import zones
from exports.cells import defused, defused_phone, json_text, quoted, unescaped
from exports.columns import Column, Kind
from exports.output import Output
from exports.table import Table

CHUNK = 500  # lines
MOST_ARGUMENTS = 90  # of one function; SQLite takes 127 at least

# What stands before a value, and what behind it.
TEXT, PHONE, VALUE, JSON = b"\xf8", b"\xf9", b"\xfb", b"\xfc"
END, JSON_END = b"\xfe", b"\xff"
MARKS = TEXT + PHONE + VALUE + JSON + END + JSON_END


def beginning(mark: bytes, *parts: bytes) -> re.Pattern[bytes]:
    """Finds the values with this mark that begin with one of the parts."""
    return re.compile(mark + b"((?:" + b"|".join(parts) + b")[^\xfe]*+)\xfe")


TO_QUOTE = b'[^\xfe",\r\n]*+[",\r\n]'
# What exports.cells.FORMULA matches, as far as one byte tells: its last four begin with \xef.
UNSAFE_TEXT = beginning(TEXT, rb"['=+\-@\t\r\n\xef]", TO_QUOTE)
UNSAFE_PHONE = beginning(PHONE, rb"['=\-@\t\r\n\xef]", rb"\+[0-9]*+[^0-9\xfe]", TO_QUOTE)
UNSAFE_VALUE = beginning(VALUE, TO_QUOTE)
TO_ESCAPE = beginning(TEXT, rb'[^\xfe"\\\x00-\x1f]*+["\\\x00-\x1f]')
ESCAPED = re.compile(rb"(?<=[\xfb\xfc])[^\xfe\xff]*\\u[^\xfe\xff]*")
AS_JSON_STRINGS = bytes.maketrans(TEXT + END, b'""')

SECONDS = "CASE WHEN {0} % 1000 THEN {0} / 1000.0 ELSE {0} / 1000 END"
CREDITS = "CASE WHEN {0} IS NOT NULL THEN printf('%.4f', {0}) END"


def write_csv(table: Table, output: Output, *, for_spreadsheets: bool) -> None:
    cells = [csv_cell(column, sql, table.zone, for_spreadsheets) for column, sql in with_sql(table)]
    for lines in line_chunks(table, join(cells), id_at=0):
        output.write(finished_csv(b"\r\n".join(lines)) + b"\r\n", len(lines))


def write_jsonl(table: Table, output: Output) -> None:
    for lines in line_chunks(table, json_line(table), id_at=len('{"id":"')):
        output.write(finished_json(b"\n".join(lines)) + b"\n", len(lines))


def write_json(table: Table, output: Output) -> None:
    before = b"[\n"
    for lines in line_chunks(table, json_line(table), id_at=len('{"id":"')):
        output.write(before + finished_json(b",\n".join(lines)), len(lines))
        before = b",\n"
    output.write(b"[]\n" if before == b"[\n" else b"\n]\n")


def finished_csv(lines: bytes) -> bytes:
    """The lines without marks. JSON stands in quotes, and nothing is left of an empty one."""
    lines = (
        with_escapes_read(lines)
        .replace(JSON + JSON_END, b"")
        .replace(b'"', b'""')
        .replace(JSON, b'"')
        .replace(JSON_END, b'"')
    )
    lines = UNSAFE_TEXT.sub(safe_text, lines)
    lines = UNSAFE_PHONE.sub(safe_phone, lines)
    return UNSAFE_VALUE.sub(in_quotes, lines).translate(None, MARKS)


def finished_json(lines: bytes) -> bytes:
    """The lines without marks. Texts stand in quotes, and null for an empty one."""
    lines = TO_ESCAPE.sub(json_string, with_escapes_read(lines)).replace(TEXT + END, b"null")
    return lines.translate(AS_JSON_STRINGS, JSON + JSON_END)


def with_escapes_read(lines: bytes) -> bytes:
    # One byte is found ten times as fast as two.
    return ESCAPED.sub(unescape, lines) if b"\\" in lines and b"\\u" in lines else lines


def unescape(found: re.Match[bytes]) -> bytes:
    return (unescaped(found[0].decode()) or "").encode()


def json_string(found: re.Match[bytes]) -> bytes:
    return json_text(found[1].decode()).encode()


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
            return TEXT + b"%s" + END, [sql]
        case Kind.PHONE:
            return (TEXT if for_spreadsheets else PHONE) + b"%s" + END, [sql]
        case Kind.JSON:
            return JSON + b"%s" + JSON_END, [sql]
        case Kind.VALUE:
            is_text = f"json_type({sql}) = 'text'"
            mark = f"CASE WHEN {is_text} THEN {literal(TEXT)} ELSE {literal(VALUE)} END"
            return b"%s%s" + END, [
                mark,
                f"CASE WHEN {is_text} THEN json_extract({sql}, '$') ELSE nullif({sql}, 'null') END",
            ]
        case _:
            return scalar(column.kind, sql, zone)


def json_line(table: Table) -> str:
    members = []
    for column, sql in with_sql(table):
        template, arguments = json_value(column, sql, table.zone)
        members.append((f'"{column.name}":'.encode() + template, arguments))
    return f"'{{' || {join(members)} || '}}'"


def json_value(column: Column, sql: str, zone: ZoneInfo) -> Cell:
    match column.kind:
        case Kind.TEXT | Kind.PHONE:
            return TEXT + b"%s" + END, [sql]
        case Kind.JSON:
            return JSON + b"%s" + JSON_END, [f"coalesce({sql}, '{column.empty}')"]
        case Kind.SECONDS:
            return b"%s", [f"coalesce({SECONDS.format(sql)}, 'null')"]
        case Kind.NOTHING:
            return b"null", []
        case _:
            template, arguments = scalar(column.kind, sql, zone)
            return TEXT + template + END, arguments


def scalar(kind: Kind, sql: str, zone: ZoneInfo) -> Cell:
    match kind:
        case Kind.TIME:
            return b"%s", [local_time(sql, zone)]
        case Kind.SECONDS:
            return b"%s", [SECONDS.format(sql)]
        case Kind.CREDITS:
            return b"%s", [CREDITS.format(sql)]
        case _:
            return b"%s", [sql]


def join(cells: Sequence[Cell]) -> str:
    """One text of all values, in as few functions as may have so many arguments."""
    parts: list[tuple[list[bytes], list[str]]] = [([], [])]
    for template, arguments in cells:
        if len(parts[-1][1]) + len(arguments) > MOST_ARGUMENTS:
            parts.append(([], []))
        parts[-1][0].append(template)
        parts[-1][1].extend(arguments)
    texts = [f"printf({literal(b','.join(templates))}, {', '.join(values)})" for templates, values in parts]
    return " || ',' || ".join(texts)


def literal(text: bytes) -> str:
    return f"CAST(x'{text.hex()}' AS TEXT)"


def line_chunks(table: Table, line: str, id_at: int) -> Iterator[list[bytes]]:
    """`id_at` is where the id stands in a line, if it is a column: always the first."""
    stored = table.stored_rows()
    if stored is None:
        return
    rows, params = stored
    sql = f"SELECT {line} FROM ({rows % (('?',) * len(params))})"  # noqa: S608 - our own columns
    with as_bytes(table) as connection:
        cursor = connection.execute(sql, params)
        while rows_of_chunk := cursor.fetchmany(CHUNK):
            lines = [text for (text,) in rows_of_chunk]
            yield [with_dashes(line, id_at) for line in lines] if table.columns[0].kind == Kind.UUID else lines


def with_dashes(line: bytes, at: int) -> bytes:
    """The line with the 32 digits of its id as a UUID is written."""
    rest = line[at + 8 : at + 12], line[at + 12 : at + 16], line[at + 16 : at + 20], line[at + 20 :]
    return b"%b-%b-%b-%b-%b" % (line[: at + 8], *rest)


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
