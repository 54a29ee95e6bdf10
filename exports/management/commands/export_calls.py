"""Write calls to a file, as the Export button of the log does."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand

from exports.columns import COLUMNS
from exports.files import BadSelection, Progress, TooMany, Written, select, write_file
from exports.formats import FORMATS
from exports.output import Output
from exports.table import Choice
from exports.writers.xlsx import TooLong

INTERRUPTED = 130
SHOW_EVERY_SECONDS = 0.2


class Command(BaseCommand):
    help = "Writes the calls that a query string of the log selects, whoever may see them; - is standard output."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", required=True, choices=FORMATS)
        parser.add_argument("--query", default="", help="As in the address of the log: 'status=completed&period=7d'.")
        parser.add_argument("--output", required=True, metavar="PATH")
        parser.add_argument("--columns", default="", help=f"Comma list, all by default: {', '.join(COLUMNS)}")
        parser.add_argument("--each-variable", action="store_true", help="A column for each captured variable.")

    def handle(
        self, *, format: str, query: str, output: str, columns: str, each_variable: bool, **options: Any
    ) -> None:
        names = tuple(filter(None, columns.split(","))) or tuple(COLUMNS)
        if unknown := [name for name in names if name not in COLUMNS]:
            self.stop(f"--columns: “{unknown[0]}” is no column; they are {', '.join(COLUMNS)}")
        try:
            written = self.export(query, Choice(FORMATS[format], names, each_variable), output)
        except (BadSelection, TooMany, TooLong) as error:
            self.stop(str(error))
        except OSError as error:
            self.stop(f"--output: {error.filename or output}: {error.strerror or error}")
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        self.stderr.write(f"{written.rows:,} calls, {written.size_bytes:,} bytes, SHA-256 {written.sha256}")

    def export(self, query: str, choice: Choice, output: str) -> Written:
        # Whoever may run this may read the database.
        everything = get_user_model()(is_superuser=True, is_active=True)
        selection = select(query.removeprefix("?"), everything)
        target = Path(output)
        folder = None if output == "-" else target.parent
        with tempfile.TemporaryDirectory(prefix=".export-", dir=folder) as draft_folder:
            draft = Path(draft_folder) / "draft"
            bar = Bar(self.show if self.stderr.isatty() else lambda text: None)
            written = write_file(selection, choice, draft, bar, settings.EXPORT_MAX_ROWS)
            self.show("")
            if output == "-":
                with draft.open("rb") as file:
                    shutil.copyfileobj(file, sys.stdout.buffer)
            else:
                os.replace(draft, target)
        return written

    def show(self, text: str) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r\033[K{text}", ending="")
            self.stderr.flush()

    def stop(self, line: str) -> None:
        self.stderr.write(line)
        sys.exit(1)


class Bar(Progress):
    """How far the export is, on a terminal."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._total = 0
        self._output: Output | None = None
        self._began = self._shown = time.monotonic()

    def began(self, total: int, output: Output, interrupt: Callable[[], None]) -> None:
        self._total, self._output = total, output

    def check(self) -> None:
        now = time.monotonic()
        if self._output and now - self._shown > SHOW_EVERY_SECONDS:
            self._shown = now
            rate = self._output.rows / (now - self._began)
            self._show(f"{self._output.rows:,} of {self._total:,} calls, {rate:,.0f} a second")
