"""The records of a file, taken in batches: a long file by several processes side by side.

Reading a record costs more than writing it, so processes help on every database. Each takes whole batches; which of
them is first does not matter, since any order of the same deliveries gives the same call. What counts by its arrival
has the moment that its place in the file gives it.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice

from django.db import connection, connections
from django.utils import timezone

from calls.ingest.arrivals import Outcome
from calls.ingest.intake import ANY_TIME, Turn, take
from calls.ingest.records import Record

BATCH = 500  # records written together
BATCH_BYTES = 4 * 1024 * 1024
ALONE = 1  # batches before other processes are worth their start
MOST_PROCESSES = 4
GARBAGE = 50_000  # objects of a batch before the collector looks for circles among them
AHEAD = 2  # batches that wait for each process
WRITTEN_BACK = 8  # batches in SQLite's log of writes before they go to the database itself
PATIENCE_MS = 100  # with whoever still reads in that log

Batch = list[Record]
Bare = tuple[int, bytes, str]

turn_to_write: Turn = ANY_TIME  # of this process


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the record at a position."""

    position: int
    outcome: Outcome
    reason: str = ""


def take_all(records: Iterator[Record], file_name: str, provider: str) -> Iterator[list[Taken]]:
    """What became of each batch, in the order of the file. Raises NotReadable."""
    now, numbered = timezone.now(), enumerate(batches(records))
    processes = min(os.cpu_count() or 1, MOST_PROCESSES)
    for number, batch in islice(numbered, ALONE if processes > 1 else None):
        yield take_batch(batch, file_name, provider, arrival(now, number))
    if (following := next(numbered, None)) is not None:
        yield from side_by_side(chain([following], numbered), file_name, provider, now, processes)


def side_by_side(
    numbered: Iterator[tuple[int, Batch]], file_name: str, provider: str, now: datetime, processes: int
) -> Iterator[list[Taken]]:
    connections.close_all()  # which no two processes may share
    context = multiprocessing.get_context("fork")
    # SQLite lets one write; who waits for it sleeps, and oversleeps.
    turn = context.Lock() if connection.vendor == "sqlite" else ANY_TIME
    with ProcessPoolExecutor(processes, mp_context=context, initializer=begin, initargs=(turn,)) as pool:
        waiting: deque[Future[list[Taken]]] = deque()
        for number, batch in numbered:
            waiting.append(pool.submit(take_bare, bare(batch), file_name, provider, arrival(now, number)))
            if len(waiting) > processes * AHEAD:
                yield waiting.popleft().result()
                if number % WRITTEN_BACK == 0:
                    write_back(turn)
        while waiting:
            yield waiting.popleft().result()


def arrival(now: datetime, number: int) -> datetime:
    """When the records of a batch arrive, a microsecond apart."""
    return now + timedelta(microseconds=number * BATCH)


def begin(turn: Turn) -> None:
    """In a new process: Ctrl-C is for the one that started it."""
    global turn_to_write
    turn_to_write = turn
    gc.freeze()  # what was there before it began is no garbage
    gc.set_threshold(GARBAGE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_memory_flat()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_autocheckpoint=0")  # see write_back()


def write_back(turn: Turn) -> None:
    """Move what is in SQLite's log of writes to the database: all that there is while others write, then the rest in
    turn, so that the log begins anew. Whoever writes would do it at times, and everybody else would wait. It begins
    anew once nobody reads in it: after milliseconds, or later, as an export that takes longer is not waited for."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint")
            cursor.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
            with turn:
                cursor.execute("PRAGMA wal_checkpoint(RESTART)")
            cursor.execute(f"PRAGMA busy_timeout={connection.settings_dict['OPTIONS']['timeout'] * 1000}")


def bare(batch: Batch) -> list[Bare]:
    """A payload is read once more rather than sent, which costs more."""
    return [(record.position, record.body, record.problem) for record in batch]


def take_bare(batch: list[Bare], file_name: str, provider: str, now: datetime) -> list[Taken]:
    records = [Record(position, body, None, problem) for position, body, problem in batch]
    return take_batch(records, file_name, provider, now)


def take_batch(batch: Batch, file_name: str, provider: str, now: datetime) -> list[Taken]:
    records = [record.as_read for record in batch]
    arrivals = take(records, file_name, provider, now, turn_to_write)
    return [
        Taken(record.position, one.outcome, one.delivery.reason) for record, one in zip(records, arrivals, strict=True)
    ]


def keep_memory_flat() -> None:
    """SQLite's cache and its map of the database file are sized for the site, which lives longer than a command."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA mmap_size=0")
            cursor.execute("PRAGMA cache_size=-16384")


def batches(records: Iterator[Record]) -> Iterator[Batch]:
    """Lists of records that are small enough to be held and written together."""
    batch: Batch = []
    size_bytes = 0
    for record in records:
        batch.append(record)
        size_bytes += len(record.body)
        if len(batch) == BATCH or size_bytes > BATCH_BYTES:
            yield batch
            batch, size_bytes = [], 0
    yield batch
