"""Pours rows into SQLite: one transaction without journal, indexes and search afterwards."""

from __future__ import annotations

from pathlib import Path

from django.db import connection

from bench.columns import columns, constants
from bench.rows import Rows
from calls import search

# The file appears under its name when it is whole.
SETTINGS = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-1000000; PRAGMA threads=2"


class SqliteLoader:
    def __init__(self) -> None:
        self.path = Path(connection.settings_dict["NAME"])
        self.draft = self.path.with_suffix(".draft")
        self.definitions: list[str] = []

    def exists(self) -> bool:
        return self.path.exists()

    def create(self) -> None:
        for file in self.path.parent.glob(f"{self.path.stem}.*"):
            file.unlink()
        connection.close()
        connection.settings_dict["NAME"] = str(self.draft)

    def prepare(self) -> None:
        """Drop what would be kept up to date with every row."""
        execute = connection.connection.execute
        for pragma in SETTINGS.split("; "):
            execute(pragma)
        found = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
        for kind, name, sql in execute(found).fetchall():
            execute(f'DROP {kind} "{name}"')
            if name not in search.SQLITE_TRIGGERS:  # which it makes again, with what they have missed
                self.definitions.append(sql)
        execute("PRAGMA foreign_keys=OFF")
        execute("BEGIN")

    def load(self, rows: Rows) -> None:
        for model, values in rows.items():
            names, added = columns(model), constants(model)
            marks = ", ".join("?" * len(names))
            sql = f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - our names
            connection.connection.executemany(sql, (row + added for row in values) if added else values)

    def finish(self) -> None:
        execute = connection.connection.execute
        for definition in self.definitions:
            execute(definition)
        execute("COMMIT")
        search.install(connection)
        execute("ANALYZE")

    def keep(self) -> None:
        connection.close()
        self.draft.rename(self.path)
        connection.settings_dict["NAME"] = str(self.path)

    def size_bytes(self) -> int:
        return self.path.stat().st_size
