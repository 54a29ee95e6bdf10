"""Webhooks: a delivery is verified, kept and answered here; what it says is understood later, by a worker."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import IO, TypeVar, cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from calls.ingest import rate
from calls.ingest.bell import bell
from calls.ingest.intake import keep
from calls.ingest.providers import SENDERS, Sender, decode, once_of
from calls.ingest.secrets import recent_secrets_of, secrets_of
from calls.ingest.signatures import Received, is_one_of

log = logging.getLogger(__name__)

T = TypeVar("T")
ORIGIN = "webhook"
RETRY_SECONDS = 30


class Refused(Exception):
    """The answer to what is not taken: its status, why, and when it may be sent again."""

    def __init__(self, status: int, reason: str, retry_after_seconds: int | None = None) -> None:
        super().__init__(reason)
        self.status, self.retry_after_seconds = status, retry_after_seconds


@csrf_exempt
@login_not_required
@require_POST
def webhook(request: HttpRequest, provider: str, secret: str = "") -> HttpResponse:
    sender = SENDERS.get(provider)
    if sender is None:
        raise Http404
    try:
        take(request, sender, secret)
    except Refused as refused:
        answer = line(str(refused), refused.status)
        if refused.retry_after_seconds is not None:
            answer.headers["Retry-After"] = str(refused.retry_after_seconds)
        return answer
    return line("kept")


def line(text: str, status: int = 200) -> HttpResponse:
    """Whole, since no middleware adds the length of it: see calls.ingest.shortcut."""
    content = f"{text}\n".encode()
    headers = {"Content-Length": str(len(content)), "X-Content-Type-Options": "nosniff"}
    answer = HttpResponse(content, status=status, content_type="text/plain", headers=headers)
    answer._has_been_logged = True  # type: ignore[attr-defined]  # Django would log the address, secret and all
    return answer


def take(request: HttpRequest, sender: Sender, secret: str) -> None:
    """Keep what was sent and ring. Raises Refused."""
    body = read(request)
    what = received(request, body)
    try:
        is_sound, is_by_address = alive(lambda: is_verified(sender, what, secret))
        if not is_sound:
            raise Refused(401, "not verified")
        if wait_seconds := rate.limit(sender.NAME, settings.WEBHOOKS_PER_MINUTE):
            raise Refused(429, "too many deliveries in a minute", wait_seconds)
        record = decode(sender.NAME, 1, body)
        once = "" if is_by_address or record.payload is None else once_of(sender.NAME, record.payload)
        alive(lambda: keep(sender, record, ORIGIN, assistant=request.GET.get("assistant", ""), once=once))
    except Error as error:  # in a line: while a database restarts there are many
        log.error("a delivery from %s was not kept: %s", sender.NAME, " ".join(str(error).split()))
        raise Refused(503, "not kept; send it again", RETRY_SECONDS) from None
    if record.payload is None:
        raise Refused(400, record.problem)
    bell.ring()


def alive(work: Callable[[], T]) -> T:
    """What the work gives, which is done once more when its connection turned out to be dead: to ask each time
    whether it lives takes as long as to keep a delivery."""
    connection.health_check_done = True  # type: ignore[attr-defined]
    try:
        return work()
    except Error:
        if connection.connection is None or connection.is_usable():
            raise
        connection.close()
        return work()


def is_verified(sender: Sender, what: Received, secret: str) -> tuple[bool, bool]:
    """Whether it comes from the platform, and whether its address shows that by itself; a wrong address never does.

    A secret is valid from the moment that it is made, and for RECENT_SECONDS after it was removed."""
    verdict = verdict_by(recent_secrets_of(sender.NAME), sender, what, secret)
    return verdict if verdict[0] else verdict_by(secrets_of(sender.NAME), sender, what, secret)


def verdict_by(secrets: list[str], sender: Sender, what: Received, secret: str) -> tuple[bool, bool]:
    if secret and not is_one_of(secret, secrets):
        return False, False
    is_by_address = bool(secret) and sender.ADDRESS_SUFFICES
    return is_by_address or sender.verify(what, secrets), is_by_address


def received(request: HttpRequest, body: bytes) -> Received:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Received(headers, body, f"{settings.PUBLIC_URL}{request.get_full_path()}", time.time())


def read(request: HttpRequest) -> bytes:
    """The body, as it is. Raises Refused."""
    most_bytes = settings.WEBHOOK_MAX_MB * 1024 * 1024
    too_large = Refused(413, f"takes at most {settings.WEBHOOK_MAX_MB} MB")
    if request.META.get("CONTENT_LENGTH", "").isdecimal() and int(request.META["CONTENT_LENGTH"]) > most_bytes:
        raise too_large
    try:
        body = stream(request).read(most_bytes + 1)
    except (UnreadablePostError, OSError):
        raise Refused(400, "the body ended too early") from None
    if len(body) > most_bytes:
        raise too_large
    return body


def stream(request: HttpRequest) -> IO[bytes]:
    """Django takes a request without Content-Length for empty; a server that has found the end of a chunked one says
    so. Django's own limit of sizes is passed by."""
    if request.META.get("wsgi.input_terminated") and "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        return cast(IO[bytes], request.META["wsgi.input"])
    return cast(IO[bytes], request)
