"""Exports of all calls, beside the databases' own tools with the same joined rows, in turns; and the log page while one
is written.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.databases import Database
from bench.options import Options
from bench.pages import PATH, Series
from bench.server import OURS, serving
from bench.table import figure, table
from callmon.testing.services import find_postgresql

# export_columns knows them too, but needs Django.
COLUMN_SETS = ("one row a call", "all but transcripts", "all")
FORMATS = ("csv", "jsonl")
ROUNDS = 3
# What the exports promise: their share of the rows a second of the database's own tool, and their memory.
LEAST_SHARE = {"csv": {"sqlite": 0.5, "postgresql": 0.6}, "jsonl": {"sqlite": 0.5, "postgresql": 0.5}}
MOST_GROWN_MB = 60.0
MOST_SLOWER = 2.0  # the log page while an export is written
PAUSE_SECONDS = 0.05
HEAD = ("export", "rows/s", "MB/s", "CPU us/row", "own tool rows/s", "share ", "grown MB ", "smaller grown MB")


def run(database: Database, smaller: Database | None, options: Options) -> None:
    rows = []
    for columns in COLUMN_SETS:
        peer = database.run("bench.export_sql", columns)
        for format in FORMATS:
            if options.cases in f"{columns}, {format}":
                rows.append(measured(database, smaller, columns, format, peer if options.peer else None))
    print(f"\nExports on {database.engine}, {database.calls:,} calls\n")
    print(table(HEAD, rows))
    print(
        f"\nMarked !: a share under the promised one, or more than {MOST_GROWN_MB:.0f} MB over the idle size.",
        flush=True,
    )
    if not options.cases:
        show_pages_beside(database, options.requests)


def show_pages_beside(database: Database, requests: int) -> None:
    """The log page alone, and while all calls are exported: somebody asks for it twenty times a second."""
    cookie = database.run("bench.inspect_pages", "no filter")[0]["cookie"]
    with serving(database, *OURS) as server, ThreadPoolExecutor(1) as threads:
        alone, beside = Series(server, PATH, cookie), Series(server, PATH, cookie)
        alone.warm_up()
        for _ in range(requests):
            ask_again(alone)
        export = threads.submit(database.run, "bench.export_once", "csv", COLUMN_SETS[1])
        while not export.done():
            ask_again(beside)
    mark = "!" if beside.p95 > MOST_SLOWER * alone.p95 else ""
    print(
        f"\n{PATH}, 95th percentile: {alone.p95:.1f} ms alone, {beside.p95:.1f} ms{mark} while {COLUMN_SETS[1]} are "
        f"exported ({len(beside.times)} requests).",
        flush=True,
    )


def ask_again(series: Series) -> None:
    series.measure(1)
    time.sleep(PAUSE_SECONDS)


def measured(database: Database, smaller: Database | None, columns: str, format: str, peer: Any) -> list[str]:
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(database.run("bench.export_once", format, columns))
        if peer:
            theirs.append(own_tool_seconds(database, format, peer))
    best = min(ours, key=lambda one: one["seconds"])
    rate = best["rows"] / best["seconds"]
    own_rate = database.calls / min(theirs) if theirs else None
    small = smaller.run("bench.export_once", format, columns) if smaller else None
    return [
        *(f"{columns}, {format}", figure(rate), figure(best["bytes"] / best["seconds"] / 1e6)),
        *(figure(best["cpu_seconds"] / best["rows"] * 1e6), figure(own_rate)),
        share(rate, own_rate, LEAST_SHARE[format][database.engine]),
        figure(max(one["grown_bytes"] for one in ours) / 1e6, over=MOST_GROWN_MB),
        figure(small["grown_bytes"] / 1e6 if small else None),
    ]


def share(rate: float, own_rate: float | None, least: float) -> str:
    if own_rate is None:
        return ""
    return f"{rate / own_rate:.2f}{'!' if rate / own_rate < least else ' '}"


def own_tool_seconds(database: Database, format: str, peer: Any) -> float:
    """How long the database's own tool takes to write the rows to a file."""
    command = (
        postgresql_command(database, format, peer) if database.server_url else sqlite_command(database, format, peer)
    )
    target = database.folder / "own-tool"
    began = time.perf_counter()
    with target.open("wb") as file:
        subprocess.run(command, stdout=file, check=True)
    seconds = time.perf_counter() - began
    target.unlink()
    return seconds


def postgresql_command(database: Database, format: str, peer: Any) -> list[str | Path]:
    programs = find_postgresql()
    assert programs is not None  # noqa: S101 - its server runs
    sql = f"SELECT {', '.join(peer['names'])} FROM ({peer['sql']}) t"  # noqa: S608
    if format == "jsonl":
        sql = f"SELECT row_to_json(o) FROM ({sql}) o"  # noqa: S608
    line = " ".join(sql.split())
    options = "CSV" if format == "csv" else "CSV, DELIMITER E'\\x01', QUOTE E'\\x02'"
    return [programs / "psql", database.url, "-qXc", f"\\copy ({line}) TO STDOUT WITH (FORMAT {options})"]


def sqlite_command(database: Database, format: str, peer: Any) -> list[str | Path]:
    tool = shutil.which("sqlite3")
    if tool is None:
        raise SystemExit("The exports are compared with the program sqlite3, which is not installed (see --no-peer).")
    names = ", ".join(peer["names"])
    if format == "jsonl":
        members = ", ".join(f"'{name}', {name}" for name in peer["names"])
        names = f"json_object({members})"
    sql = f"SELECT {names} FROM ({peer['sql']}) t"  # noqa: S608
    return [tool, "-readonly", "-csv" if format == "csv" else "-list", database.folder / "callmon.sqlite3", sql]
