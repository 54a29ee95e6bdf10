"""Somebody who looks at the log while something else happens to it."""

from __future__ import annotations

import http.client
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing.connection import Connection

PATH = "/calls/?period=all"
PAUSE_SECONDS = 0.2  # from one page to the next
WARM_UPS = 20


@contextmanager
def reading(port: int, cookie: str) -> Iterator[list[float]]:
    """How long each page took, in ms, to its last byte; filled at the end of the block. A process of its own reads:
    another thread of this one would wait for what else is done here."""
    times_ms: list[float] = []
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    reader = context.Process(target=read, args=(port, cookie, theirs), daemon=True)
    reader.start()
    theirs.close()  # so that one that ends too early is noticed
    try:
        yield times_ms
    finally:
        ours.send("over")
        times_ms += ours.recv()
        reader.join()


def read(port: int, cookie: str, asked: Connection) -> None:
    times_ms: list[float] = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while not asked.poll(PAUSE_SECONDS):
        times_ms.append(page_ms(connection, cookie))
    connection.close()
    asked.send(times_ms)


def page_ms(connection: http.client.HTTPConnection, cookie: str) -> float:
    began = time.perf_counter()
    connection.request("GET", PATH, headers={"Cookie": f"sessionid={cookie}", "Accept-Encoding": "gzip"})
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise RuntimeError(f"the log answers {response.status}")
    return (time.perf_counter() - began) * 1000


def warm_up(port: int, cookie: str) -> None:
    """Let every process of the site have shown the page: each connection may lead to another."""
    for _ in range(WARM_UPS):
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            page_ms(connection, cookie)
