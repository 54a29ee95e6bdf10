"""Somebody who looks at the log while something else happens to it."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PATH = "/calls/?period=all"
PAUSE_SECONDS = 0.2  # from one page to the next


@contextmanager
def reading(port: int, cookie: str) -> Iterator[list[float]]:
    """How long each page took so far, in ms, to its last byte; until the end of the block."""
    times_ms: list[float] = []
    is_over = threading.Event()
    reader = threading.Thread(target=read, args=(port, cookie, times_ms, is_over))
    reader.start()
    try:
        yield times_ms
    finally:
        is_over.set()
        reader.join()


def read(port: int, cookie: str, times_ms: list[float], is_over: threading.Event) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while not is_over.wait(PAUSE_SECONDS):
        began = time.perf_counter()
        connection.request("GET", PATH, headers={"Cookie": f"sessionid={cookie}", "Accept-Encoding": "gzip"})
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise RuntimeError(f"the log answers {response.status}")
        times_ms.append((time.perf_counter() - began) * 1000)
    connection.close()
