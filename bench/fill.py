"""Fills the database with made-up calls, and keeps it for later runs.

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

from django.core.management import call_command
from django.db import connection, models

from bench.load_postgresql import PostgresLoader
from bench.load_sqlite import SqliteLoader
from bench.rows import BATCH, Generator, Rows
from bench.users import create_users
from callmon.preparation import collect_static
from calls.models import Call

# The filter "last 7 days" needs calls of these days: older databases are made anew.
FRESH = timedelta(days=3)

# Batches that wait for the database, so that memory stays flat.
AHEAD = 4
generators: list[Generator] = []


class Loader(Protocol):
    def exists(self) -> bool: ...
    def create(self) -> None: ...
    def prepare(self) -> None: ...
    def load(self, rows: Rows) -> None: ...
    def finish(self) -> None: ...
    def keep(self) -> None: ...
    def size_bytes(self) -> int: ...


def main(calls: int) -> None:
    loader: Loader = SqliteLoader() if connection.vendor == "sqlite" else PostgresLoader()
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


def start_generator(generator: Generator) -> None:
    """Keep it in the process that makes the batches: it is too large to be sent with each."""
    generators.append(generator)


def make_batch(first: int) -> Rows:
    (generator,) = generators
    return generator.batch(first)


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
