"""One export in a process of its own, and what it took."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from django.contrib.auth import get_user_model
from django.db import connection

from bench.export_columns import COLUMN_SETS
from exports.files import Progress, select, write_file
from exports.formats import FORMATS
from exports.table import Choice


def main(calls: int, format: str, columns: str) -> dict[str, float]:
    choice = Choice(FORMATS[format], COLUMN_SETS[columns])
    selection = select("", get_user_model()(is_superuser=True, is_active=True))
    connection.ensure_connection()
    with tempfile.TemporaryDirectory() as folder:
        idle, began, cpu = peak_bytes(), time.perf_counter(), time.process_time()
        written = write_file(selection, choice, Path(folder) / "calls", Progress(), sys.maxsize)
        seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    found = {"rows": written.rows, "bytes": written.size_bytes, "seconds": seconds, "cpu_seconds": cpu_seconds}
    return {**found, "idle_bytes": idle, "grown_bytes": peak_bytes() - idle}


def peak_bytes() -> int:
    """The largest size of this process so far; 0 where that is not known."""
    status = Path("/proc/self/status")
    return int(status.read_text().partition("VmHWM:")[2].split()[0]) * 1024 if status.exists() else 0
