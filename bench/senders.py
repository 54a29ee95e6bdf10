"""Platforms that send deliveries. One thread for all of them: what they compute is taken from the site."""

from __future__ import annotations

import os
import socket
import time
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass, field
from selectors import EVENT_READ, DefaultSelector

from bench.payloads import SECRET, report

SENDERS = 8  # connections
LOOK_SECONDS = 0.001  # how late one may be sent
PLACE = b"@@@@@@@@-@@@@"  # of the same length as every id


@dataclass
class Sent:
    """What they saw."""

    times_ms: list[float] = field(default_factory=list)
    refused: int = 0


class Sender:
    """A connection that is kept. Each delivery of it is another call."""

    def __init__(self, number: int, port: int) -> None:
        self.connection = connect(port)
        self._before, self._after = request(report(PLACE.decode())).split(PLACE)
        self._prefix, self._count = f"{number:04d}{os.getpid() % 10000:04d}", 0
        self._answer, self._began = b"", 0.0

    def send(self) -> None:
        call_id = f"{self._prefix}-{self._count:04x}".encode()
        self._count, self._answer, self._began = self._count + 1, b"", time.perf_counter()
        self.connection.sendall(self._before + call_id + self._after)

    def hear(self, sent: Sent) -> bool:
        """Read what came; whether the answer is whole. A site that closes its connections fails."""
        part = self.connection.recv(65_536)
        if not part:
            raise ConnectionError("the site closed a connection")
        self._answer += part
        if not is_whole(self._answer):
            return False
        if is_kept(self._answer):
            sent.times_ms.append((time.perf_counter() - self._began) * 1000)
        else:
            sent.refused += 1
        return True


def send_for(seconds: float, port: int, per_second: float) -> Sent:
    """So many a second, or as many as are answered when those are fewer."""
    sent, began, count = Sent(), time.monotonic(), 0
    with DefaultSelector() as selector, ExitStack() as stack:
        idle = deque(Sender(number, port) for number in range(SENDERS))
        for sender in idle:
            selector.register(stack.enter_context(sender.connection), EVENT_READ, sender)
        while len(idle) < SENDERS or time.monotonic() - began < seconds:
            while idle and count <= (elapsed := time.monotonic() - began) * per_second and elapsed < seconds:
                idle.popleft().send()
                count += 1
            for key, _ in selector.select(LOOK_SECONDS):
                if key.data.hear(sent):
                    idle.append(key.data)
    return sent


def is_taken(port: int) -> bool:
    """Whether the site takes one more, which warms it up."""
    with connect(port) as connection:
        connection.sendall(request(report("warm-up")))
        answer = b""
        while not is_whole(answer) and (part := connection.recv(65_536)):
            answer += part
    return is_kept(answer)


def connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def request(body: bytes) -> bytes:
    head = (
        f"POST /webhooks/vapi/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Vapi-Secret: {SECRET}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def is_whole(answer: bytes) -> bool:
    """Its body is a line."""
    return answer.partition(b"\r\n\r\n")[2].endswith(b"\n")


def is_kept(answer: bytes) -> bool:
    return answer.startswith(b"HTTP/1.1 200")
