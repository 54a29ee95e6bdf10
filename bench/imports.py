"""A file of native JSON Lines with transcripts through import_calls, into an empty database, and beside it what the
database alone takes for the same rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random

from bench.databases import PROJECT, Database
from bench.empty import empty
from bench.options import Options
from bench.payloads import native_calls
from bench.plain import seconds_to_write
from bench.table import figure, table
from callmon.supervisor import end_with_parent

LEAST_IMPORTED = 3000  # calls a second
FILE_CALLS = (4_000, 40_000)  # memory does not grow from one to the other
HEAD = ("import_calls", "calls", "calls/s", "peak MB", "rows alone, calls/s", "share")


def run(database: Database, smaller: Database | None, options: Options) -> None:
    lines = []
    for count in FILE_CALLS:
        with empty(database) as environment:
            line, rate = imported(environment, count)
            with empty(database) as other:
                alone = count / seconds_to_write(environment["DATABASE_URL"], other["DATABASE_URL"])
        lines.append([*line, figure(alone), f"{rate / alone:.0%}"])
    print(f"\nA file of native JSON Lines with transcripts on {database.engine}\n")
    print(table(HEAD, lines), flush=True)


def imported(environment: dict[str, str], count: int) -> tuple[list[str], float]:
    """The cells of the table, and calls a second."""
    path = Path(environment["DATA_DIR"]) / "calls.jsonl"
    with path.open("w") as file:
        file.writelines(f"{json.dumps(call)}\n" for call in native_calls(count, Random(1)))  # noqa: S311
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "import_calls", str(path)],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        preexec_fn=end_with_parent(),
    )
    output = process.stdout.read() if process.stdout else b""
    _, _, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    rate = count / seconds
    shown = f"{figure(rate)}{'!' if rate < LEAST_IMPORTED else ''}"
    return [output.decode().split()[0], f"{count:,}", shown, figure(used.ru_maxrss / 1024)], rate
