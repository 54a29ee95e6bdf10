"""Metrics with the daily trend of a year from daily totals, of 30 days from the calls, the cost of the totals, and the
page of analytics through gunicorn."""

from __future__ import annotations

from bench.databases import Database
from bench.options import Options
from bench.pages import Series
from bench.server import OURS, serving
from bench.table import figure, table

# What the metrics promise with a million calls and with ten millions.
MEDIAN_MS = 40.0
LARGE_MEDIAN_MS = 80.0
READ_MEDIAN_MS = 150.0
MOST_SHARE = 0.10
PAGE_MEDIAN_MS = 60.0
PAGE_GZIP_KB = 250.0
HEAD = ("metrics and trend", "calls", "median ms ", "p95 ms")
PAGE_HEAD = ("page", "median ms ", "p95 ms", "CPU ms", "kB", "gzip kB ")
PAGES = ("/analytics/", "/analytics/?period=30d", "/analytics/?period=365d", "/analytics/?period=365d&by=day")


def run(database: Database, smaller: Database | None, options: Options) -> None:
    found = database.run("bench.metrics_inside", options.cases, str(options.requests))
    limit = LARGE_MEDIAN_MS if database.calls > 1_000_000 else MEDIAN_MS
    print(f"\nMetrics with the daily trend on {database.engine}, {database.calls:,} calls; limit {limit:.0f} ms for")
    print(f"365 days from daily totals, {READ_MEDIAN_MS:.0f} ms for 30 days from the calls\n")
    rows = []
    for row in found["rows"]:
        over = READ_MEDIAN_MS if row["name"].startswith("30 days") else limit
        rows.append([row["name"], figure(row["calls"]), figure(row["median_ms"], over=over), figure(row["p95_ms"])])
    print(table(HEAD, rows))
    share = found["write"]["with"] / found["write"]["without"] - 1
    print(
        f"\nTaking calls in takes {share:+.1%} with the totals' triggers{'!' if share > MOST_SHARE else ''};", end=" "
    )
    print(f"the totals of one day take {found['seal_ms']:.1f} ms.", flush=True)
    show_pages(database, found["cookie"], options.requests)


def show_pages(database: Database, cookie: str, requests: int) -> None:
    """The first view: what comes with the page, without the sections that follow when they are seen."""
    with serving(database, *OURS) as server:
        rows = [page(Series(server, path, cookie), requests) for path in PAGES]
    print(f"\nThe first view of analytics on {database.engine}, {database.calls:,} calls;", end=" ")
    print(f"limits: median {PAGE_MEDIAN_MS:.0f} ms, {PAGE_GZIP_KB:.0f} kB\n")
    print(table(PAGE_HEAD, rows), flush=True)


def page(series: Series, requests: int) -> list[str]:
    answer = series.warm_up()
    series.measure(requests)
    return [
        *(series.path, figure(series.median, over=PAGE_MEDIAN_MS), figure(series.p95), figure(series.cpu)),
        *(figure(answer.size / 1000), figure(answer.gzip_size / 1000, over=PAGE_GZIP_KB)),
    ]
