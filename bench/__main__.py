"""`python -m bench`: fills what is missing, then measures each database and prints a table for it.

SQLite and PostgreSQL are measured, the latter on a server of our own when its programs are found. With DATABASE_URL
only that server is, in databases of our own that are made beside the one it names.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from bench import call_page, exports, imports, metrics, options, pages, postgresql, recordings, webhooks
from bench.databases import Database
from bench.machine import loop_ms
from bench.options import Options
from callmon.testing.services import find_postgresql

# Below this many calls a tenth of them says nothing about growth.
LEAST_TO_COMPARE = 200_000
MEASUREMENTS = {
    "pages": pages.run,
    "call": call_page.run,
    "recordings": recordings.run,
    "exports": exports.run,
    "metrics": metrics.run,
    "webhooks": webhooks.run,
    "imports": imports.run,
}
# They fill databases of their own.
ON_EMPTY = ("webhooks", "imports")


def main() -> None:
    chosen = options.parse()
    for engine, server in engines(chosen):
        with server as url:
            database, smaller = sizes(engine, url, chosen)
            for measurement in (chosen.only,) if chosen.only else MEASUREMENTS:
                before_ms = loop_ms()
                MEASUREMENTS[measurement](database, smaller, chosen)
                print(f"\nA fixed loop took {before_ms:.1f} ms before and {loop_ms():.1f} ms after.", flush=True)


def engines(chosen: Options) -> Iterator[tuple[str, contextlib.AbstractContextManager[str]]]:
    """The engines to measure, each with its server to be entered; SQLite's has no address."""
    url = os.environ.get("DATABASE_URL", "").strip()
    given = "postgresql" if url.startswith("postgres") else "sqlite" if url else ""
    if "sqlite" in (chosen.database or given or "sqlite"):
        yield "sqlite", contextlib.nullcontext("")
    if "postgresql" not in (chosen.database or given or "postgresql"):
        return
    if given == "postgresql":
        yield "postgresql", contextlib.nullcontext(url.rpartition("/")[0])
    elif programs := find_postgresql():
        yield "postgresql", postgresql.running(programs)
    else:
        print("PostgreSQL is not measured: its programs are not installed and DATABASE_URL names no server.")


def sizes(engine: str, url: str, chosen: Options) -> tuple[Database, Database | None]:
    """The filled databases: of the size that was asked for, and of a tenth of it."""
    if chosen.only in ON_EMPTY:
        return Database(engine, chosen.calls, url), None
    database = filled(Database(engine, chosen.calls, url))
    if not chosen.smaller or chosen.calls < LEAST_TO_COMPARE:
        return database, None
    return database, filled(Database(engine, chosen.calls // 10, url))


def filled(database: Database) -> Database:
    database.make_folder()
    database.run("bench.fill")
    return database


if __name__ == "__main__":
    main()
