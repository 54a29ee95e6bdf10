"""The records of a file, taken in batches: a long file by several processes side by side.

Reading a record costs more than writing it, so processes help on every database. Each takes whole batches; which of
them is first does not matter, since any order of the same deliveries gives the same call. What counts by its arrival
has the moment that its place in the file gives it.
"""

from __future__ import annotations

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

from calls.ingest.intake import Outcome, take
from calls.ingest.records import Record, record_in

BATCH = 200  # records written together
BATCH_BYTES = 4 * 1024 * 1024
ALONE = 5  # batches of a file that is too short for more than one process
MOST_PROCESSES = 4
AHEAD = 2  # batches that wait for each process

Batch = list[Record]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the record at a position."""

    position: int
    outcome: Outcome
    reason: str = ""


def take_all(records: Iterator[Record], file_name: str, provider: str) -> Iterator[list[Taken]]:
    """What became of each batch, in the order of the file. Raises NotReadable."""
    now, numbered = timezone.now(), enumerate(batches(records))
    first = list(islice(numbered, ALONE))
    processes = min(os.cpu_count() or 1, MOST_PROCESSES)
    if len(first) < ALONE or processes == 1:
        for number, batch in chain(first, numbered):
            yield take_batch(batch, file_name, provider, arrival(now, number))
        return
    yield from side_by_side(chain(first, numbered), file_name, provider, now, processes)


def side_by_side(
    numbered: Iterator[tuple[int, Batch]], file_name: str, provider: str, now: datetime, processes: int
) -> Iterator[list[Taken]]:
    connections.close_all()  # which no two processes may share
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=begin) as pool:
        waiting: deque[Future[list[Taken]]] = deque()
        for number, batch in numbered:
            bare = [bare_record(record) for record in batch]
            waiting.append(pool.submit(take_bare, bare, file_name, provider, arrival(now, number)))
            if len(waiting) > processes * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def arrival(now: datetime, number: int) -> datetime:
    """When the records of a batch arrive, a microsecond apart."""
    return now + timedelta(microseconds=number * BATCH)


def begin() -> None:
    """In a new process: Ctrl-C is for the one that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_memory_flat()


def bare_record(record: Record) -> tuple[int, bytes, str]:
    """A payload is read once more rather than sent, which costs more."""
    return record.position, record.body, record.problem


def take_bare(bare: list[tuple[int, bytes, str]], file_name: str, provider: str, now: datetime) -> list[Taken]:
    records = [
        Record(position, body, None, problem) if problem else record_in(position, body)
        for position, body, problem in bare
    ]
    return take_batch(records, file_name, provider, now)


def take_batch(records: Batch, file_name: str, provider: str, now: datetime) -> list[Taken]:
    arrivals = take(records, file_name, provider, now)
    return [
        Taken(record.position, one.outcome, one.delivery.reason) for record, one in zip(records, arrivals, strict=True)
    ]


def keep_memory_flat() -> None:
    """SQLite's cache and its map of the database file are sized for the site, which lives longer than a command."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA mmap_size=0")
            cursor.execute("PRAGMA cache_size=-8192")


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
