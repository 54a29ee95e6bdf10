"""Webhooks on an empty database: signed deliveries through gunicorn, and a worker that makes calls of them."""

from __future__ import annotations

import socket
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2

from bench.databases import PROJECT, Database, run_inside
from bench.empty import empty
from bench.options import Options
from bench.reader import reading, warm_up
from bench.senders import SENDERS, is_taken, send_for
from bench.table import figure, table
from callmon.supervisor import end_with_parent, stop

WORKERS = 2  # processes of gunicorn
SECONDS = 15  # of sending
PATIENCE_SECONDS = 60  # in which all of it becomes calls
# What the intake promises.
LEAST_ACCEPTED = {"sqlite": 250, "postgresql": 400}
OFFERED = 1.1  # of the least that the intake promises is sent
MOST_P99_MS = 100.0
MOST_PAGE_P95_MS = 60.0  # of the log meanwhile

HEAD = (
    *("webhooks, 12 kB each", "accepted/s", "median ms", "p99 ms ", "refused", "calls", "s until calls "),
    "/calls/ p95 ms ",
)


def run(database: Database, smaller: Database | None, options: Options) -> None:
    with empty(database) as environment:
        print(f"\nWebhooks on {database.engine}, {WORKERS} workers, {SENDERS} senders, {SECONDS} s\n")
        print(table(HEAD, [webhooks(database, environment)]), flush=True)


def webhooks(database: Database, environment: dict[str, str]) -> list[str]:
    cookie = run_inside(environment, "bench.visitor", "0")
    with socket.create_server(("127.0.0.1", 0)) as listener, processes(listener, environment):
        port = listener.getsockname()[1]
        wait_until_it_answers(port)
        warm_up(port, cookie)
        with reading(port, cookie) as pages_ms:
            sent = send_for(SECONDS, port, OFFERED * LEAST_ACCEPTED[database.engine])
        accepted = len(sent.times_ms)
        began = time.monotonic()
        calls = wait_for_calls(environment, accepted, began)
    late = time.monotonic() - began
    p99 = statistics.quantiles(sent.times_ms, n=100)[-1]
    least = LEAST_ACCEPTED[database.engine]
    rate = accepted / SECONDS
    return [
        *(database.engine, f"{figure(rate)}{'!' if rate < least else ''}", figure(statistics.median(sent.times_ms))),
        *(figure(p99, over=MOST_P99_MS), str(sent.refused), f"{calls:,} of {accepted:,}"),
        *(figure(late, over=PATIENCE_SECONDS), figure(statistics.quantiles(pages_ms, n=20)[-1], over=MOST_PAGE_P95_MS)),
    ]


@contextmanager
def processes(listener: socket.socket, environment: dict[str, str]) -> Iterator[None]:
    """The site with two workers, and the worker that `make run` starts."""
    gunicorn = [sys.executable, "-m", "gunicorn", "callmon.wsgi", "--bind", f"fd://{listener.fileno()}"]
    gunicorn += ["--worker-class", "gthread", "--workers", str(WORKERS), "--threads", "8", "--log-level", "warning"]
    worker = [sys.executable, "-W", "ignore", "-m", "celery", "--quiet", "--app", "callmon", "worker"]
    worker += ["--concurrency", "1", "--without-gossip", "--without-mingle"]
    started = [
        subprocess.Popen(
            command,
            cwd=PROJECT,
            env=environment,
            pass_fds=[listener.fileno()],
            start_new_session=True,
            preexec_fn=end_with_parent(),
        )
        for command in ([*gunicorn, "--no-control-socket", "--keep-alive", "60"], worker)
    ]
    try:
        yield
    finally:
        stop(started)


def wait_until_it_answers(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_taken(port):
        if time.monotonic() > deadline:
            raise RuntimeError("the site does not take deliveries")
        time.sleep(0.2)


def wait_for_calls(environment: dict[str, str], expected: int, began: float) -> int:
    calls = count_calls(environment)
    while calls < expected and time.monotonic() - began < PATIENCE_SECONDS:
        time.sleep(1)
        calls = count_calls(environment)
    return calls


def count_calls(environment: dict[str, str]) -> int:
    """Without the one that warmed it up."""
    url = environment["DATABASE_URL"]
    query = "SELECT count(*) - 1 FROM calls_call"
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)) as file:
            return int(file.execute(query).fetchone()[0])
    with closing(psycopg2.connect(url)) as server, server.cursor() as cursor:
        cursor.execute(query)
        return sum(count for (count,) in cursor.fetchall())
