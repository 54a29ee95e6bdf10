"""SQLite writes whole lines of a file itself: one text for each call, a printf() of all columns, which takes a third of
the time that csv.writer takes. Python passes the lines on, and does to them what it does faster: the dashes of the id,
the quotes around JSON, and its escapes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from zoneinfo import ZoneInfo

from exports import zones
from exports.cells import DIGITS, FORMULA_STARTS, unescaped
from exports.columns import Column, Kind
from exports.output import Output
from exports.table import Table

CHUNK = 500  # lines
MOST_ARGUMENTS = 90  # of one function; SQLite takes 127 at least

STARTS = ", ".join(f"'{char}'" for char in FORMULA_STARTS)
NEEDS_QUOTES = "'*[\",\r\n]*'"
SECONDS = "CASE WHEN {0} % 1000 THEN {0} / 1000.0 ELSE {0} / 1000 END"
CREDITS = "CASE WHEN {0} IS NOT NULL THEN printf('%.4f', {0}) END"
ESCAPE = "CASE WHEN instr({0}, '\\u') THEN json_unescaped({0}) ELSE {0} END"
# Stands around JSON until Python has seen it: a byte that no text has.
MARK, SQL_MARK = b"\xff", "CAST(x'ff' AS TEXT)"
STRING = "CASE json_type({0}) WHEN 'text' THEN json_extract({0}, '$') END"


def write_csv(table: Table, output: Output, *, for_spreadsheets: bool) -> None:
    cells = [csv_cell(column, sql, table.zone, for_spreadsheets) for column, sql in with_sql(table)]
    for lines in line_chunks(table, join(["%s"] * len(cells), cells, ","), id_at=0):
        output.write(b"\r\n".join(map(with_quoted_json, lines)) + b"\r\n", len(lines))


def write_jsonl(table: Table, output: Output) -> None:
    for lines in json_lines(table):
        output.write(b"\n".join(lines) + b"\n", len(lines))


def write_json(table: Table, output: Output) -> None:
    before = b"[\n"
    for lines in json_lines(table):
        output.write(before + b",\n".join(lines), len(lines))
        before = b",\n"
    output.write(b"[]\n" if before == b"[\n" else b"\n]\n")


def json_lines(table: Table) -> Iterator[list[bytes]]:
    members = [(f'"{column.name}":%s', json_value(column, sql, table.zone)) for column, sql in with_sql(table)]
    line = join([member for member, _ in members], [value for _, value in members], ",")
    for lines in line_chunks(table, f"'{{' || {line} || '}}'", id_at=len('{"id":"')):
        yield [with_plain_json(line) for line in lines]


def with_quoted_json(line: bytes) -> bytes:
    """The line of CSV with its marked JSON in quotes; nothing is left of an empty one."""
    parts = line.split(MARK)
    for place in range(1, len(parts), 2):
        if text := parts[place]:
            doubled = unescape(text).replace(b'"', b'""')
            parts[place] = b'"' + doubled + b'"'
    return b"".join(parts)


def with_plain_json(line: bytes) -> bytes:
    if b"\\u" not in line:
        return line.replace(MARK, b"")
    parts = line.split(MARK)
    parts[1::2] = map(unescape, parts[1::2])
    return b"".join(parts)


def unescape(text: bytes) -> bytes:
    return (unescaped(text.decode()) or "").encode() if b"\\u" in text else text


def join(templates: Sequence[str], values: Sequence[str], separator: str) -> str:
    """One text of all values, each in its template; NULL is nothing."""
    parts = []
    for first in range(0, len(values), MOST_ARGUMENTS):
        part = slice(first, first + MOST_ARGUMENTS)
        parts.append(f"printf('{separator.join(templates[part])}', {', '.join(values[part])})")
    return f" || '{separator}' || ".join(parts)


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
    connection.create_function("json_unescaped", 1, unescape_bytes, deterministic=True)
    usual, connection.text_factory = connection.text_factory, bytes
    try:
        yield connection
    finally:
        connection.text_factory = usual


def unescape_bytes(text: str | bytes) -> str:
    return unescaped(text if isinstance(text, str) else text.decode()) or ""


def csv_cell(column: Column, sql: str, zone: ZoneInfo, for_spreadsheets: bool) -> str:
    match column.kind:
        case Kind.TEXT:
            return csv_text(sql)
        case Kind.PHONE:
            return csv_text(sql) if for_spreadsheets else csv_text(sql, but=f"rtrim({sql}, '{DIGITS}') = '+'")
        case Kind.JSON:
            return f"{SQL_MARK} || coalesce({sql}, '') || {SQL_MARK}"
        case Kind.VALUE:
            other = quoted(ESCAPE.format(f"nullif({sql}, 'null')"))
            return f"coalesce({csv_text(STRING.format(sql))}, {other})"
        case _:
            return scalar(column.kind, sql, zone)


def csv_text(sql: str, but: str = "") -> str:
    """A text that no spreadsheet runs; `but` is when it may stand as it is. Most begin with a letter or a digit and
    have nothing that needs quotes: these are let through first."""
    is_harmless = f"({sql} BETWEEN 'A' AND '\uff00' OR {sql} BETWEEN '0' AND '9\uff00')"
    is_plain = f"{is_harmless} AND {sql} NOT GLOB {NEEDS_QUOTES}"
    start = f"substr(ltrim({sql}, ''''), 1, 1)"
    defused = f"CASE WHEN {start} IN ({STARTS}) THEN '''' || {sql} ELSE {sql} END"
    alone = f"WHEN {but} THEN {sql} " if but else ""
    return f"CASE {alone}WHEN {is_plain} THEN {sql} ELSE {quoted(defused, test=sql)} END"


def quoted(sql: str, test: str = "") -> str:
    """A field of RFC 4180; `test` is a text that needs quotes when `sql` does."""
    in_quotes = f"'\"' || replace({sql}, '\"', '\"\"') || '\"'"
    return f"CASE WHEN {test or sql} GLOB {NEEDS_QUOTES} THEN {in_quotes} ELSE {sql} END"


def json_value(column: Column, sql: str, zone: ZoneInfo) -> str:
    match column.kind:
        case Kind.TEXT | Kind.PHONE:
            return f"CASE {sql} WHEN '' THEN 'null' ELSE json_quote({sql}) END"
        case Kind.WORD:
            return f"CASE WHEN {sql} > '' THEN '\"' || {sql} || '\"' ELSE 'null' END"
        case Kind.UUID | Kind.TIME | Kind.CREDITS:
            return f"coalesce('\"' || {scalar(column.kind, sql, zone)} || '\"', 'null')"
        case Kind.JSON:
            return f"{SQL_MARK} || coalesce({sql}, '{column.empty}') || {SQL_MARK}"
        case _:
            return f"coalesce({scalar(column.kind, sql, zone)}, 'null')"


def scalar(kind: Kind, sql: str, zone: ZoneInfo) -> str:
    match kind:
        case Kind.TIME:
            return local_time(sql, zone)
        case Kind.SECONDS:
            return SECONDS.format(sql)
        case Kind.CREDITS:
            return f"({CREDITS.format(sql)})"
        case _:
            return sql


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
