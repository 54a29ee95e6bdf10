"""Read calls from files."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from calls.ingest.intake import Arrival, Outcome, summary, take
from calls.ingest.providers import PROVIDERS
from calls.ingest.reader import read
from calls.ingest.records import NotReadable, Record
from calls.planner import refresh_statistics

BATCH = 200  # records written together
BATCH_BYTES = 4 * 1024 * 1024
SHOWN_REASONS = 20
INTERRUPTED = 130


class Command(BaseCommand):
    help = (
        "Reads provider payloads or the native format from JSON, JSON Lines or CSV files, gzipped or not; "
        "- is standard input. Exits with 1 when a record or a file was rejected."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH")
        parser.add_argument(
            "--provider", choices=PROVIDERS, default="", help="Recognised for each record when it is not named."
        )

    def handle(self, *, paths: list[str], provider: str, **options: Any) -> None:
        self.counts: Counter[Outcome] = Counter()
        self.has_failed = False
        self.started = time.monotonic()
        keep_memory_flat()
        try:
            for path in paths:
                self.import_file(path, provider)
        except KeyboardInterrupt:
            self.finish()
            sys.exit(INTERRUPTED)
        self.finish()
        if self.has_failed or self.counts[Outcome.REJECTED]:
            sys.exit(1)

    def import_file(self, path: str, provider: str) -> None:
        try:
            for records in batches(read(path)):
                arrivals = take(records, Path(path).name, provider)
                for record, arrival in zip(records, arrivals, strict=True):
                    self.count(arrival, f"{path}:{record.position}")
                self.show_progress()
        except NotReadable as error:
            self.has_failed = True
            self.clear_progress()
            self.stderr.write(f"{path}: {error}")

    def count(self, arrival: Arrival, place: str) -> None:
        self.counts[arrival.outcome] += 1
        if arrival.outcome == Outcome.REJECTED and self.counts[Outcome.REJECTED] <= SHOWN_REASONS:
            self.clear_progress()
            self.stderr.write(f"{place}: {arrival.delivery.reason}")

    def show_progress(self) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{self.progress()}", ending="")
            self.stderr.flush()

    def clear_progress(self) -> None:
        if self.stderr.isatty():
            self.stderr.write("\r\033[K", ending="")

    def progress(self) -> str:
        total, seconds = self.counts.total(), time.monotonic() - self.started
        return f"{total:,} records, {total / max(seconds, 0.001):,.0f} a second"

    def finish(self) -> None:
        self.clear_progress()
        if (more := self.counts[Outcome.REJECTED] - SHOWN_REASONS) > 0:
            self.stderr.write(f"... and {more:,} more")
        if self.counts:
            self.stderr.write(self.progress())
        if self.counts[Outcome.CREATED]:
            refresh_statistics()
        self.stdout.write(summary(self.counts))


def keep_memory_flat() -> None:
    """SQLite's cache and its map of the database file are sized for the site, which lives longer than a command."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA mmap_size=0")
            cursor.execute("PRAGMA cache_size=-8192")


def batches(records: Iterator[Record]) -> Iterator[list[Record]]:
    """Lists of records that are small enough to be held and written together."""
    batch: list[Record] = []
    size_bytes = 0
    for record in records:
        batch.append(record)
        size_bytes += len(record.body)
        if len(batch) == BATCH or size_bytes > BATCH_BYTES:
            yield batch
            batch, size_bytes = [], 0
    yield batch
