"""The rows that an import wrote, written once more by nothing but the database: the most that an import could reach."""

from __future__ import annotations

import io
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from typing import Any

import psycopg2

from bench.databases import PROJECT
from callmon.supervisor import end_with_parent

TABLES = (
    *("ingest_source", "calls_assistant", "calls_call", "calls_transcript", "calls_capturedvariable"),
    "ingest_delivery",
)
BATCH = 500  # rows of one transaction
Rows = dict[str, Any]


def seconds_to_write(source: str, target: str) -> float:
    """In a process of its own, which holds all the rows."""
    command = [sys.executable, "-m", "bench.plain", source, target]
    done = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, preexec_fn=end_with_parent(), check=True)
    return float(done.stdout)


def main(source: str, target: str) -> None:
    read, write = (_copied_from, _copy) if source.startswith("postgres") else (_selected_from, _insert)
    rows = read(source)
    began = time.perf_counter()
    write(target, rows)
    print(time.perf_counter() - began)


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


if __name__ == "__main__":
    main(*sys.argv[1:])
