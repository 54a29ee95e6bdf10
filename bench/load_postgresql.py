"""Pours rows into PostgreSQL: COPY without indexes and constraints, which are made again afterwards."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

from django.core.management.color import no_style
from django.db import connection

from bench.columns import columns, constants
from bench.rows import FIELDS, Row, Rows
from calls.models import Transcript

SESSION = (
    "SET statement_timeout = 0; SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; SET TIME ZONE 'UTC'"
)
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid::regclass::text = ANY(%s) OR confrelid::regclass::text = ANY(%s)
ORDER BY contype = 'f' DESC, contype = 'p'
"""
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)"


class PostgresLoader:
    def __init__(self) -> None:
        self.name = connection.settings_dict["NAME"]
        self.draft = f"{self.name}_draft"
        self.constraints: list[str] = []
        self.indexes: list[str] = []
        self.sessions: list[Any] = []

    def exists(self) -> bool:
        with connection._nodb_cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.name])
            return cursor.fetchone() is not None

    def create(self) -> None:
        connection.close()
        with connection._nodb_cursor() as cursor:
            # Those of earlier schemas too, and what an interrupted run left.
            older = self.name.rpartition("_")[0].replace("_", r"\_")
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [rf"{older}\_%"])
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP DATABASE "{name}"')
            cursor.execute(f'CREATE DATABASE "{self.draft}"')
        connection.settings_dict["NAME"] = self.draft

    def prepare(self) -> None:
        """Drop what would be kept up to date with every row, and open the sessions that COPY side by side."""
        tables = [model._meta.db_table for model in FIELDS]
        with connection.cursor() as cursor:
            cursor.execute(CONSTRAINTS, [tables, tables])
            for table, name, definition in cursor.fetchall():
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
                self.constraints.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
            cursor.execute(INDEXES, [tables])
            for name, definition in cursor.fetchall():
                cursor.execute(f'DROP INDEX "{name}"')
                self.indexes.append(definition)
        self.sessions = [open_session() for _ in range(2)]

    def load(self, rows: Rows) -> None:
        """Two sessions side by side: reading the words of transcripts takes most of the time."""
        transcripts = rows.get(Transcript, [])
        half = len(transcripts) * 2 // 3
        shares: tuple[Rows, Rows] = {Transcript: transcripts[:half]}, {**rows, Transcript: transcripts[half:]}
        with ThreadPoolExecutor(len(shares)) as threads:
            list(threads.map(copy, self.sessions, shares))

    def finish(self) -> None:
        self.execute(sql for sql in self.constraints if "FOREIGN KEY" not in sql)
        # The largest first: the words of the transcripts, which keep one core busy while the other makes the rest.
        work = deque(sorted(self.indexes, key=lambda sql: ("word_vector" not in sql, "gin" not in sql)))
        with ThreadPoolExecutor(len(self.sessions)) as threads:
            list(threads.map(partial(work_off, work), self.sessions))
        self.execute(sql for sql in self.constraints if "FOREIGN KEY" in sql)
        self.execute(connection.ops.sequence_reset_sql(no_style(), list(FIELDS)))
        self.execute(["VACUUM ANALYZE"])

    def execute(self, statements: Iterable[str]) -> None:
        work_off(deque(statements), self.sessions[0])

    def keep(self) -> None:
        for session in self.sessions:
            session.close()
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{self.draft}" RENAME TO "{self.name}"')
        connection.settings_dict["NAME"] = self.name

    def size_bytes(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return cursor.fetchone()[0]


def open_session() -> Any:
    """Another connection as psycopg2 gives it, in autocommit, for a thread of its own."""
    wrapper = connection.copy()
    wrapper.ensure_connection()
    session = wrapper.connection
    with session.cursor() as cursor:
        cursor.execute(SESSION)
    return session


def work_off(work: deque[str], session: Any) -> None:
    with session.cursor() as cursor, suppress(IndexError):
        while True:
            cursor.execute(work.popleft())


def copy(session: Any, rows: Rows) -> None:
    with session.cursor() as cursor:
        for model, values in rows.items():
            if values:
                sql = f"COPY {model._meta.db_table} ({', '.join(columns(model))}) FROM STDIN"
                cursor.copy_expert(sql, io.StringIO(as_text(values, constants(model))))


def as_text(rows: list[Row], added: Row) -> str:
    """Rows in PostgreSQL's text format. Our texts have no tabs and no line ends."""
    return "".join("\t".join(map(cell, row + added)) + "\n" for row in rows)


def cell(value: str | int | None) -> str:
    if value is None:
        return "\\N"
    return value.replace("\\", "\\\\") if isinstance(value, str) else str(value)
