"""Fetches what an address that others gave us answers with, without letting them reach into our own network.

A name is resolved once, every address that it has is checked, and the connection goes to one of those. The same is
done for each redirect. Nothing but GET over http and https is spoken, and a proxy of the environment is not used.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from django.conf import settings
from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import make_headers

from calls.recordings.addresses import is_allowed, is_public, parsed

CONNECT_SECONDS, READ_SECONDS, TOTAL_SECONDS = 10.0, 20.0, 600.0
REDIRECTS = 5
CHUNK_BYTES = 64 * 1024
# All else in a path would be refused, or could add lines to the request.
PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
PORTS = {"http": 80, "https": 443}
REDIRECTING = (301, 302, 303, 307, 308)
# Answers that another moment may change: recordings are often announced before they can be had.
TEMPORARY = (403, 404, 408, 423, 425, 429)
HEADERS = {"User-Agent": "callmon", "Accept": "audio/*, */*;q=0.5", "Accept-Encoding": "identity"}


class NotFetched(Exception):
    """str() is the reason in words. Once `is_final`, another attempt would be no better."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final


@dataclass(frozen=True, slots=True)
class Place:
    """Where one request goes. `host` is lower case, without brackets and without a dot at its end."""

    scheme: str
    host: str
    port: int
    target: str
    url: str

    @property
    def authority(self) -> str:
        """As the Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def fetch(url: str, most_bytes: int) -> Iterator[bytes]:
    """The body in pieces, after redirects. Raises NotFetched."""
    deadline = time.monotonic() + TOTAL_SECONDS
    for _ in range(REDIRECTS + 1):
        place = place_of(url)
        with _answer(place, addresses_of(place), deadline) as response:
            location = response.headers.get("Location")
            if response.status not in REDIRECTING or not location:
                yield from _body(response, most_bytes, deadline)
                return
            url = urljoin(place.url, location)
    raise NotFetched(f"the address redirects more than {REDIRECTS} times", is_final=True)


def place_of(url: str) -> Place:
    """Raises NotFetched for what is no address on the web. A user and a password in it are left out."""
    parts = _split(url)
    host = _host(parts) if parts and parts.scheme in PORTS else ""
    if parts is None or not host:
        raise NotFetched("the address is not an http or https address", is_final=True)
    target = quote(_target(parts), safe=PRINTABLE)
    port = parts.port or PORTS[parts.scheme]
    return Place(parts.scheme, host, port, target, url)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        return parts if parts.port != 0 else None  # reading the port checks it
    except ValueError:
        return None


def _host(parts: SplitResult) -> str:
    """In ASCII, "" for none."""
    host = (parts.hostname or "").rstrip(".")
    try:
        return host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        return ""


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def addresses_of(place: Place) -> list[str]:
    """All addresses of the host. Raises NotFetched when one of them is not to be contacted."""
    try:
        found = resolve(place.host, place.port)
    except (OSError, UnicodeError):
        raise NotFetched(f"the name {place.host} is not known") from None
    for text in found:
        address = parsed(text)
        if not is_public(address) and not is_allowed(place.host, address, settings.RECORDING_ALLOWED_HOSTS):
            raise NotFetched(f"{place.host} is an address inside a private network ({text})", is_final=True)
    return found


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, each once, in the order of preference."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


@contextmanager
def _answer(place: Place, addresses: list[str], deadline: float) -> Iterator[BaseHTTPResponse]:
    """What the host answers. Whatever it does, it is hung up on at the deadline."""
    try:
        with closing(_connected(place, addresses)) as connection, _hang_up_at(deadline, connection):
            connection.request("GET", place.target, headers=headers_for(place), preload_content=False)
            response = connection.getresponse()
            _check(deadline)
            yield response
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        if time.monotonic() >= deadline:
            raise NotFetched(f"the address took longer than {TOTAL_SECONDS:.0f} seconds") from None
        raise NotFetched(f"the connection to {place.host} failed: {words_for(error)}") from error


def _connected(place: Place, addresses: list[str]) -> HTTPConnection:
    """A connection to the first address that takes one."""
    problem: Exception = OSError("it has no address")
    for address in addresses:
        connection = connection_to(place, address)
        try:
            connection.connect()
        except (HTTPError, OSError) as error:
            connection.close()
            problem = error
        else:
            connection.timeout = READ_SECONDS
            return connection
    raise problem


def connection_to(place: Place, address: str) -> HTTPConnection:
    """Goes to the address and nowhere else; the certificate has to be that of the host."""
    if place.scheme == "http":
        return HTTPConnection(address, place.port, timeout=CONNECT_SECONDS)
    context = ssl.create_default_context()
    return HTTPSConnection(
        address, place.port, timeout=CONNECT_SECONDS, ssl_context=context, server_hostname=place.host
    )


@contextmanager
def _hang_up_at(deadline: float, connection: HTTPConnection) -> Iterator[None]:
    """A host that sends a byte now and then would keep every single read within its time."""
    open_socket = connection.sock

    def hang_up() -> None:
        with suppress(OSError):
            open_socket.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(deadline - time.monotonic(), 0), hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def headers_for(place: Place) -> dict[str, str]:
    return {**HEADERS, "Host": place.authority, **credentials_for(place)}


def credentials_for(place: Place) -> dict[str, str]:
    """Of a provider, for its own hosts, and never where others could read them."""
    if place.scheme != "https":
        return {}
    if _is_in(place.host, "twilio.com") and settings.TWILIO_ACCOUNT_SID:
        return make_headers(basic_auth=f"{settings.TWILIO_ACCOUNT_SID}:{settings.TWILIO_AUTH_TOKEN}")
    if _is_in(place.host, "elevenlabs.io") and settings.ELEVENLABS_API_KEY:
        return {"xi-api-key": settings.ELEVENLABS_API_KEY}
    return {}


def _is_in(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _body(response: BaseHTTPResponse, most_bytes: int, deadline: float) -> Iterator[bytes]:
    if response.status != 200:
        is_final = response.status < 500 and response.status not in TEMPORARY
        raise NotFetched(f"the address answered {response.status}", is_final=is_final)
    too_large = NotFetched(f"the recording is larger than {most_bytes >> 20} MB", is_final=True)
    if int(response.headers.get("Content-Length") or 0) > most_bytes:
        raise too_large
    received = 0
    # Not read(): that waits until the piece is full.
    while chunk := response.read1(CHUNK_BYTES, decode_content=True):
        received += len(chunk)
        if received > most_bytes:
            raise too_large
        yield chunk
        _check(deadline)
    _check(deadline)


def _check(deadline: float) -> None:
    """Whoever was hung up on looks as if everything had been sent."""
    if time.monotonic() >= deadline:
        raise TimeoutError


def words_for(error: Exception) -> str:
    """Short, and without the names of Python's classes."""
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "it did not answer in time"
    if isinstance(error, ssl.SSLError) or "certificate" in str(error).lower():
        return "its certificate is not valid"
    return "it broke off"
