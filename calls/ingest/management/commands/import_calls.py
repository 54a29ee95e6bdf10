"""Read calls from files."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from calls.ingest import importing
from calls.ingest.arrivals import Outcome, summary
from calls.ingest.importing import Taken
from calls.ingest.providers import PROVIDERS
from calls.ingest.reader import read
from calls.ingest.records import NotReadable
from calls.planner import refresh_statistics

SHOWN_REASONS = 20
INTERRUPTED = 130


class Command(BaseCommand):
    help = (
        "Reads provider payloads or the native format from JSON, JSON Lines or CSV files, gzipped or not; "
        "- is standard input. Exits with 1 when a record or a file was rejected."
    )
    requires_system_checks = ()  # they load the pages

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH")
        parser.add_argument(
            "--provider", choices=PROVIDERS, default="", help="Recognised for each record when it is not named."
        )

    def handle(self, *, paths: list[str], provider: str, **options: Any) -> None:
        self.counts: Counter[Outcome] = Counter()
        self.has_failed = False
        self.started = time.monotonic()
        importing.keep_memory_flat()
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
            for taken in importing.take_all(read(path), Path(path).name, provider):
                for one in taken:
                    self.count(one, f"{path}:{one.position}")
                self.show_progress()
        except NotReadable as error:
            self.has_failed = True
            self.clear_progress()
            self.stderr.write(f"{path}: {error}")

    def count(self, taken: Taken, place: str) -> None:
        self.counts[taken.outcome] += 1
        if taken.outcome == Outcome.REJECTED and self.counts[Outcome.REJECTED] <= SHOWN_REASONS:
            self.clear_progress()
            self.stderr.write(f"{place}: {taken.reason}")

    def show_progress(self) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{self.progress()}", ending="")
            self.stderr.flush()

    def clear_progress(self) -> None:
        if self.stderr.isatty():
            self.stderr.write("\r\033[K", ending="")

    def progress(self) -> str:
        total, seconds = self.counts.total(), time.monotonic() - self.started
        return f"{total:,} record{'' if total == 1 else 's'}, {total / max(seconds, 0.001):,.0f} a second"

    def finish(self) -> None:
        self.clear_progress()
        if (more := self.counts[Outcome.REJECTED] - SHOWN_REASONS) > 0:
            self.stderr.write(f"... and {more:,} more")
        if self.counts:
            self.stderr.write(self.progress())
        if self.counts[Outcome.CREATED]:
            refresh_statistics()
        self.stdout.write(summary(self.counts))
