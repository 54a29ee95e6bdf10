"""The sound of a call through gunicorn: how soon a seek is answered, and what twenty listeners cost."""

from __future__ import annotations

import http.client
import statistics
import threading
import time
from random import Random
from typing import Any

from bench.databases import Database
from bench.options import Options
from bench.server import OURS, Server, serving
from bench.table import figure, table

LISTENERS = 20
THREADS = 24  # as `make run`
SEEKS = 300
WARM_UPS = 20
PIECE_BYTES = 1_000_000

# What a player is promised.
FIRST_BYTE_MS = 10.0
GROWTH_MB = 20.0

HEAD = ("range", "median ms ", "p95 ms", "slowest")


def run(database: Database, smaller: Database | None, options: Options) -> None:
    recorded = database.run("bench.record")
    with serving(database, *OURS, threads=THREADS) as server:
        seeks = {
            "64 kB anywhere": seek_times(server, recorded, last=65_535),
            "from anywhere to the end": seek_times(server, recorded, last=None),
        }
        growth, seconds = listen_together(server, recorded)
    show(database, recorded["size"], seeks, growth, seconds)


def seek_times(server: Server, recorded: dict[str, Any], last: int | None) -> list[float]:
    """Milliseconds from the request to its first byte, in the order of the requests. `last` counts from the first."""
    random, times = Random(1), []  # noqa: S311
    connection = connection_to(server)
    for _ in range(WARM_UPS + SEEKS):
        first = random.randrange(recorded["size"] - 65_536)
        began = time.perf_counter()
        response = ask(connection, recorded, f"bytes={first}-{'' if last is None else first + last}")
        response.read(1)
        times.append((time.perf_counter() - began) * 1000)
        if last is None:
            connection.close()  # what a player does that seeks again
            connection = connection_to(server)
        else:
            response.read()
    connection.close()
    return times[WARM_UPS:]


def connection_to(server: Server) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", server.connection.port, timeout=60)


def ask(connection: http.client.HTTPConnection, recorded: dict[str, Any], span: str) -> http.client.HTTPResponse:
    headers = {"Cookie": f"sessionid={recorded['cookie']}", "Range": span}
    connection.request("GET", recorded["path"], headers=headers)
    response = connection.getresponse()
    if response.status != 206:
        raise RuntimeError(f"{recorded['path']} answered {response.status}")
    return response


def listen_together(server: Server, recorded: dict[str, Any]) -> tuple[float | None, float]:
    """By how many bytes the server grew at most while LISTENERS had the whole file, None where nobody tells; and how
    many seconds that took."""
    before, most = server.own_memory_bytes(), 0
    threads = [threading.Thread(target=listen, args=(server, recorded)) for _ in range(LISTENERS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        most = max(most, server.own_memory_bytes() or 0)
        time.sleep(0.01)
    return None if before is None else most - before, time.perf_counter() - began


def listen(server: Server, recorded: dict[str, Any]) -> None:
    connection = connection_to(server)
    response = ask(connection, recorded, "bytes=0-")
    received = 0
    while piece := response.read(PIECE_BYTES):
        received += len(piece)
        time.sleep(0.05)  # so that all of them are there at the same time
    connection.close()
    if received != recorded["size"]:
        raise RuntimeError(f"{received} bytes of {recorded['size']} arrived")


def show(database: Database, size: int, seeks: dict[str, list[float]], growth: float | None, seconds: float) -> None:
    print(f"\nA recording of {size / 1e6:.0f} MB on {database.engine}, {SEEKS} seeks each, first byte\n")
    print(table(HEAD, [row(name, times) for name, times in seeks.items()]))
    grown = figure(growth / 1e6 if growth is not None else None, over=GROWTH_MB).strip() or "?"
    print(f"\n{LISTENERS} listeners at once took {seconds:.1f} s; the server grew by {grown} MB.")
    print(f"Limits: median {FIRST_BYTE_MS:.0f} ms, {GROWTH_MB:.0f} MB.", flush=True)


def row(name: str, times: list[float]) -> list[str]:
    p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
    return [name, figure(statistics.median(times), over=FIRST_BYTE_MS), figure(p95), figure(max(times))]
