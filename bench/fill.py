"""Fills the database with made-up calls, and keeps it for later runs. A process of its own: `python -m bench.fill N`.

Indexes, constraints and triggers are dropped, the rows poured in, and everything is made again as the migrations
made it, statistics included.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections import deque
from datetime import UTC, datetime, timedelta
from multiprocessing.pool import AsyncResult, Pool
from typing import Protocol

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, models  # noqa: E402

from bench.load_postgresql import PostgresLoader  # noqa: E402
from bench.load_sqlite import SqliteLoader  # noqa: E402
from bench.rows import BATCH, Generator, Rows  # noqa: E402
from bench.users import create_users  # noqa: E402
from callmon.preparation import collect_static  # noqa: E402
from calls.models import Call  # noqa: E402

# The filter "last 7 days" needs calls of these days: older databases are made anew.
FRESH = timedelta(days=3)
# Batches that wait for the database, so that memory stays flat.
AHEAD = 4


class Loader(Protocol):
    def exists(self) -> bool: ...
    def create(self) -> None: ...
    def prepare(self) -> None: ...
    def load(self, rows: Rows) -> None: ...
    def finish(self) -> None: ...
    def keep(self) -> None: ...
    def size_bytes(self) -> int: ...


LOADERS: dict[str, type[Loader]] = {"sqlite": SqliteLoader, "postgresql": PostgresLoader}


def main(calls: int) -> None:
    loader: Loader = LOADERS[connection.vendor]()
    if not (loader.exists() and is_fresh()):
        fill(calls, loader)
    collect_static()
    say(f"{connection.vendor}, {calls:,} calls: {loader.size_bytes() / 1e9:.2f} GB")


def is_fresh() -> bool:
    newest = Call.objects.aggregate(newest=models.Max("started_at"))["newest"]
    return newest is not None and datetime.now(UTC) - newest < FRESH


def fill(calls: int, loader: Loader) -> None:
    began = time.monotonic()
    generator = Generator(calls, datetime.now(UTC).replace(minute=0, second=0, microsecond=0, tzinfo=None))
    with multiprocessing.get_context("fork").Pool(1, start_generator, (generator,)) as pool:
        loader.create()
        call_command("migrate", verbosity=0, interactive=False)
        loader.prepare()
        loader.load(generator.names())
        pour(calls, pool, loader)
    say(f"  rows after {time.monotonic() - began:.0f} s")
    loader.finish()
    create_users()
    loader.keep()
    say(f"  filled after {time.monotonic() - began:.0f} s")


shared_generator: Generator


def start_generator(generator: Generator) -> None:
    global shared_generator
    shared_generator = generator


def make_batch(first: int) -> Rows:
    return shared_generator.batch(first, min(BATCH, shared_generator.calls - first))


def pour(calls: int, pool: Pool, loader: Loader) -> None:
    """Batches are made in one process while they are stored by another."""
    waiting: deque[AsyncResult[Rows]] = deque()
    for first in range(0, calls, BATCH):
        waiting.append(pool.apply_async(make_batch, (first,)))
        if len(waiting) > AHEAD:
            loader.load(waiting.popleft().get())
    while waiting:
        loader.load(waiting.popleft().get())


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
