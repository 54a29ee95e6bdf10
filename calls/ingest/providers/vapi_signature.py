"""How Vapi shows who it is: its users choose one of several ways for each server URL.

https://docs.vapi.ai/server-url/server-authentication
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence

from calls.ingest.signatures import Received, bearer, decoded, is_one_of, is_recent, mac
from calls.ingest.values import epoch_time, number_in

WINDOW_SECONDS = 300  # our own, where there is a time
ALGORITHMS = ("sha256", "sha512", "sha1")


def verify(received: Received, secrets: Sequence[str]) -> bool:
    """A secret in X-Vapi-Secret, a bearer token, or an HMAC in X-Signature or in the style of Svix."""
    given = (received.header("x-vapi-secret"), bearer(received))
    return any(is_one_of(one, secrets) for one in given) or _is_signed(received, secrets)


def _is_signed(received: Received, secrets: Sequence[str]) -> bool:
    """X-Signature may have its algorithm before it, and is in hex or base64; the time is in it or not."""
    for name, message_id, time in (
        ("x-signature", "", received.header("x-timestamp")),
        ("svix-signature", received.header("svix-id"), received.header("svix-timestamp")),
        ("webhook-signature", received.header("webhook-id"), received.header("webhook-timestamp")),
    ):
        if (given := received.header(name)) and _is_fresh(time, received.now):
            before = [part.encode() for part in (message_id, time) if part]
            messages = (b".".join([*before, received.body]), received.body)
            expected = [*_expected(messages[0], secrets), *_expected(messages[1], secrets)]
            return any(is_one_of(one, expected) for one in _signatures(given))
    return False


def _is_fresh(time: str, now: float) -> bool:
    if not time:
        return True
    number = number_in(time)
    moment = epoch_time(number) if number is not None else None
    return moment is not None and is_recent(moment.timestamp(), now, WINDOW_SECONDS)


def _signatures(given: str) -> list[str]:
    """The signatures of a header: `v1,<base64> v1,<base64>` in Svix's style, one with or without a prefix else."""
    if "," in given:
        return [one.partition(",")[2] for one in given.split()]
    prefix, separator, rest = given.partition("=")
    return [rest if separator and prefix in ALGORITHMS else given]


def _expected(message: bytes, secrets: Sequence[str]) -> Iterator[str]:
    for secret in secrets:
        for key in filter(None, (secret.encode(), decoded(secret.removeprefix("whsec_")))):
            for algorithm in ALGORITHMS:
                digest = mac(key, message, algorithm)
                yield digest.hex()
                yield b64encode(digest).decode()
