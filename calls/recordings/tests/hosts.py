"""Hosts on loopback that answer as a test says."""

import socketserver
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Host:
    """`requests` has the head of each request as text."""

    port: int
    requests: list[str] = field(default_factory=list)

    def url(self, path="/call.wav", name="127.0.0.1", scheme="http"):
        return f"{scheme}://{name}:{self.port}{path}"


def answer(body=b"", status="200 OK", length=None, **headers):
    """A response; underscores in names of headers are hyphens."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def redirect(location):
    return answer(status="302 Found", Location=location)


@contextmanager
def serving(answers, *, context=None):
    """`answers` are bytes, or a function of the request line's path that gives bytes or an iterable of bytes."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            head = b"".join(iter(self.rfile.readline, b"\r\n")).decode()
            host.requests.append(head)
            given = answers(head.split(" ")[1]) if callable(answers) else answers
            with suppress(OSError):
                for piece in [given] if isinstance(given, bytes) else given:
                    self.wfile.write(piece)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False
        allow_reuse_address = True

        def get_request(self):
            connection, address = super().get_request()
            return (context.wrap_socket(connection, server_side=True) if context else connection), address

        def handle_error(self, request, client_address):
            """A client that hangs up is part of the tests."""

    with Server(("127.0.0.1", 0), Handler) as server:
        host = Host(server.server_address[1])
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield host
        finally:
            server.shutdown()
