"""A gunicorn as users run it, with one worker, and a browser's connection to it."""

from __future__ import annotations

import gzip
import http.client
import math
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.databases import PROJECT, Database
from callmon.supervisor import end_with_parent

PATIENCE_SECONDS = 60
OURS = ("callmon.wsgi", "callmon.settings")
PEER = ("django.core.wsgi:get_wsgi_application()", "bench.peer.settings")


@dataclass(frozen=True)
class Answer:
    """One page. `ms` counts from sending the request to having read the whole body; infinite when none came."""

    ms: float
    size: int = 0
    gzip_size: int = 0


NO_ANSWER = Answer(math.inf)


class Server:
    """A running gunicorn; requests go over one connection that is kept alive."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)

    def get(self, path: str, cookie: str, *, weigh: bool = False) -> Answer:
        """`weigh` also measures what gzip makes of the page; a server that compresses has done it already."""
        headers = {"Cookie": f"sessionid={cookie}", "Accept-Encoding": "gzip", "Accept": "text/html"}
        began = time.perf_counter()
        try:
            self.connection.request("GET", path, headers=headers)
            response = self.connection.getresponse()
            body = response.read()
        except TimeoutError:
            self.connection.close()
            return NO_ANSWER
        ms = (time.perf_counter() - began) * 1000
        if response.status != 200:
            return NO_ANSWER
        if not weigh:
            return Answer(ms)
        is_compressed = response.getheader("Content-Encoding") == "gzip"
        plain = gzip.decompress(body) if is_compressed else body
        return Answer(ms, len(plain), len(body if is_compressed else gzip.compress(body, 6)))

    @property
    def worker(self) -> Path | None:
        """What Linux tells of the process that answers; None elsewhere."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return Path(f"/proc/{children.read_text().split()[0]}") if children.exists() else None

    def peak_memory_bytes(self) -> int | None:
        """Of the worker, with the files it has mapped."""
        return self._memory_bytes("VmHWM")

    def own_memory_bytes(self) -> int | None:
        """Of the worker now, without the files it has mapped."""
        return self._memory_bytes("RssAnon")

    def _memory_bytes(self, kind: str) -> int | None:
        if not self.worker:
            return None
        return int((self.worker / "status").read_text().partition(f"{kind}:")[2].split()[0]) * 1024

    def cpu_ms(self) -> float:
        """What the worker has computed so far; 0 where that is not known."""
        threads = self.worker.glob("task/*/schedstat") if self.worker else ()
        return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e6


@contextmanager
def serving(database: Database, application: str, settings: str, *, threads: int = 1) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # As gunicorn does when it begins to listen: our connection may be there before.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        command = [sys.executable, "-m", "gunicorn", application, "--bind", f"fd://{listener.fileno()}"]
        command += ["--workers", "1", "--worker-class", "gthread", "--threads", str(threads), "--keep-alive", "600"]
        process = subprocess.Popen(
            [*command, "--log-level", "warning", "--no-control-socket"],
            cwd=PROJECT,
            env=database.environment(settings),
            pass_fds=[listener.fileno()],
            preexec_fn=end_with_parent(),
        )
        try:
            yield Server(process, listener.getsockname()[1])
        finally:
            process.terminate()
            process.wait()
