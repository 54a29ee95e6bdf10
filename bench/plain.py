"""The rows that an import wrote, written once more by nothing but the database: the most that an import could reach."""

from __future__ import annotations

import io
import sqlite3
import time
from contextlib import closing
from typing import Any

import psycopg2

TABLES = (
    *("ingest_source", "calls_assistant", "calls_call", "calls_transcript", "calls_capturedvariable"),
    "ingest_delivery",
)
BATCH = 500  # rows of one transaction
Rows = dict[str, Any]


def rows_of(url: str) -> Rows:
    """What the tables hold, in the form in which it is written again."""
    return _copied_from(url) if url.startswith("postgres") else _selected_from(url)


def seconds_to_write(url: str, rows: Rows) -> float:
    began = time.perf_counter()
    if url.startswith("postgres"):
        _copy(url, rows)
    else:
        _insert(url, rows)
    return time.perf_counter() - began


def _copied_from(url: str) -> Rows:
    rows: Rows = {}
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                "SELECT string_agg(column_name, ', ') FROM information_schema.columns "
                "WHERE table_name = %s AND is_generated = 'NEVER'",
                [table],
            )
            (columns,) = cursor.fetchone() or ("",)
            text = io.StringIO()
            cursor.copy_expert(f"COPY {table} ({columns}) TO STDOUT", text)
            rows[table] = (columns, text.getvalue().splitlines(keepends=True))
    return rows


def _copy(url: str, rows: Rows) -> None:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        for table, (columns, lines) in rows.items():
            for start in range(0, len(lines), BATCH):
                text = io.StringIO("".join(lines[start : start + BATCH]))
                cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", text)
                connection.commit()


def _selected_from(url: str) -> Rows:
    rows: Rows = {}
    with closing(_sqlite(url)) as connection:
        for table in TABLES:
            names = connection.execute("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0", [table])
            columns = ", ".join(name for (name,) in names)
            rows[table] = (columns, connection.execute(f"SELECT {columns} FROM {table}").fetchall())  # noqa: S608
    return rows


def _insert(url: str, rows: Rows) -> None:
    with closing(_sqlite(url)) as connection:
        for table, (columns, values) in rows.items():
            marks = ", ".join("?" * (columns.count(",") + 1))
            sql = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608
            for start in range(0, len(values), BATCH):
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(sql, values[start : start + BATCH])
                connection.execute("COMMIT")


def _sqlite(url: str) -> sqlite3.Connection:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    return connection
