"""Webhooks on an empty database: signed deliveries through gunicorn, and a worker that makes calls of them."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import psycopg2

from bench.databases import PROJECT, Database
from bench.empty import empty
from bench.options import Options
from bench.payloads import SECRET, report
from bench.table import figure, table
from callmon.supervisor import end_with_parent

WORKERS, SENDERS = 2, 8  # processes of gunicorn, connections that send
SECONDS = 15  # of sending
PATIENCE_SECONDS = 60  # in which all of it becomes calls
# What the intake promises.
LEAST_ACCEPTED = {"sqlite": 250, "postgresql": 400}
MOST_P99_MS = 100.0

HEAD = ("webhooks, 12 kB each", "accepted/s", "median ms", "p99 ms ", "refused", "calls", "s until calls ")


@dataclass
class Sent:
    """What the senders saw."""

    times_ms: list[float] = field(default_factory=list)
    refused: int = 0


def run(database: Database, smaller: Database | None, options: Options) -> None:
    with empty(database) as environment:
        print(f"\nWebhooks on {database.engine}, {WORKERS} workers, {SENDERS} senders, {SECONDS} s\n")
        print(table(HEAD, [webhooks(database, environment)]), flush=True)


def webhooks(database: Database, environment: dict[str, str]) -> list[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener, processes(listener, environment):
        port = listener.getsockname()[1]
        wait_until_it_answers(port)
        sent = send_for(SECONDS, port)
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
        figure(late, over=PATIENCE_SECONDS),
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
        for process in started:
            os.killpg(process.pid, signal.SIGTERM)
        for process in started:
            process.wait()


def wait_until_it_answers(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not post(socket.create_connection(("127.0.0.1", port)), request(report("warm-up"))).startswith(
        b"HTTP/1.1 200"
    ):
        if time.monotonic() > deadline:
            raise RuntimeError("the site does not take deliveries")
        time.sleep(0.2)


def send_for(seconds: float, port: int) -> Sent:
    """Several connections send as fast as they are answered."""
    sent, deadline = Sent(), time.monotonic() + seconds
    threads = [threading.Thread(target=send, args=(number, port, deadline, sent)) for number in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sent


def send(sender: int, port: int, deadline: float, sent: Sent) -> None:
    connection, number = socket.create_connection(("127.0.0.1", port)), 0
    template = report("@@@@@@@@-@@@@")  # of the same length as every id
    while time.monotonic() < deadline:
        call_id = f"{sender:04d}{os.getpid() % 10000:04d}-{number:04x}"
        content = request(template.replace(b"@@@@@@@@-@@@@", call_id.encode()))
        began = time.perf_counter()
        answer = post(connection, content)
        if answer.startswith(b"HTTP/1.1 200"):
            sent.times_ms.append((time.perf_counter() - began) * 1000)
        else:
            sent.refused += 1
            connection.close()
            connection = socket.create_connection(("127.0.0.1", port))
        number += 1


def request(body: bytes) -> bytes:
    head = (
        f"POST /webhooks/vapi/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Vapi-Secret: {SECRET}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def post(connection: socket.socket, content: bytes) -> bytes:
    """The answer as far as it came in one piece: it is short."""
    try:
        connection.sendall(content)
        return connection.recv(65_536)
    except OSError:
        return b""


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
