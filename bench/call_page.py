"""The page of one call with a long transcript, and its transcript as files, through gunicorn."""

from __future__ import annotations

from typing import Any

from bench.databases import Database
from bench.options import Options
from bench.pages import Series
from bench.server import OURS, serving
from bench.table import figure, table

# What the page promises with 200 turns.
MEDIAN_MS = 25.0
QUERIES = 12
LIMITS = f"median {MEDIAN_MS} ms, {QUERIES} queries"
HEAD = ("page", "queries ", "SQL ms", "median ms ", "p95 ms", "CPU ms", "kB", "gzip kB")


def run(database: Database, smaller: Database | None, options: Options) -> None:
    facts = database.run("bench.long_call", "make")
    try:
        with serving(database, *OURS) as server:
            rows = [measured(one, Series(server, one["path"], one["cookie"]), options.requests) for one in facts]
    finally:
        database.run("bench.long_call", "remove")
    print(f"\nOne call on {database.engine}, {database.calls:,} calls; limits: {LIMITS}\n")
    print(table(HEAD, rows), flush=True)


def measured(facts: dict[str, Any], series: Series, requests: int) -> list[str]:
    # Another connection for each page: after a large page the kernel may pace the small answers that follow.
    series.server.connection.close()
    answer = series.warm_up()
    series.measure(requests)
    return [
        *(facts["name"], figure(facts["queries"], over=QUERIES), figure(facts["sql_ms"])),
        *(figure(series.median, over=MEDIAN_MS), figure(series.p95), figure(series.cpu)),
        *(figure(answer.size / 1000), figure(answer.gzip_size / 1000)),
    ]
