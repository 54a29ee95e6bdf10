"""What the signatures of the platforms have in common. Every comparison takes the same time for every secret.

A provider's `verify` is true when one of its secrets made the signature of what was received, over the raw bytes.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Received:
    """What came. Names of headers are in lower case, `url` is the whole address that the platform was given, `now`
    is in epoch seconds."""

    headers: Mapping[str, str]
    body: bytes
    url: str
    now: float

    def header(self, name: str) -> str:
        return self.headers.get(name, "").strip()


Verify = Callable[[Received, Sequence[str]], bool]


def signs_nothing(received: Received, secrets: Sequence[str]) -> bool:
    """For platforms that sign nothing: only the address shows where it comes from."""
    return False


def is_one_of(given: str, expected: Iterable[str]) -> bool:
    """Whether it is one of them; all are compared, whichever fits. Nothing is none of them."""
    equal = [hmac.compare_digest(given.encode(), one.encode()) for one in expected]
    return bool(given) and any(equal)


def mac(secret: str | bytes, message: bytes, algorithm: str = "sha256") -> bytes:
    key = secret.encode() if isinstance(secret, str) else secret
    return hmac.digest(key, message, algorithm)


def in_hex(given: str, message: bytes, secrets: Sequence[str]) -> bool:
    """Whether it is the HMAC-SHA256 of the message in hex."""
    return is_one_of(given.lower(), [mac(secret, message).hex() for secret in secrets])


def in_base64(given: str, message: bytes, secrets: Sequence[str], algorithm: str = "sha256") -> bool:
    return is_one_of(given, [b64encode(mac(secret, message, algorithm)).decode() for secret in secrets])


def is_recent(moment: float, now: float, window_seconds: float) -> bool:
    """Whether it is no further from now than that, in either direction: a far future would never grow stale."""
    return abs(now - moment) <= window_seconds


def parts(header: str, form: str) -> tuple[str, ...] | None:
    """The groups of a header that has exactly this form."""
    match = re.fullmatch(form, header, re.ASCII)
    return match.groups() if match else None


def bearer(received: Received) -> str:
    """The token of the Authorization header, "" when there is none."""
    scheme, _, token = received.header("authorization").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def decoded(text: str) -> bytes:
    """The bytes of base64, b"" for what is none."""
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return b""


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
