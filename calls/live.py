"""Pages that follow calls: what tells them cheaply that nothing has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response

from calls.choices import RecordingState
from calls.filters import list_suffix
from calls.models import Call

# For so long after its end a call is followed: transcript, cost and recording come later.
AFTERWARDS = timedelta(minutes=10)
# Changes are dated before they can be seen, so that one may yet appear behind the last of them.
UNSETTLED = timedelta(seconds=5)
COMING = (RecordingState.PENDING, RecordingState.FETCHING)


def unless_same(request: HttpRequest, version: str, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """304 where the page has this version already; "" is no version."""
    if not version:
        return answer()
    etag = f'"{hashlib.sha256(f"{request.get_full_path()} {version}".encode()).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=etag) or answer()
    response["ETag"] = etag
    return response


def log_version(request: HttpRequest) -> str:
    """Of all calls, for one user on one day; "" while it is not settled."""
    now, changed = timezone.now(), last_change()
    if changed and now - changed < UNSETTLED:
        return ""
    return f"{request.user.pk} {timezone.localdate(now)} {changed}"


def last_change() -> datetime | None:
    return Call.objects.order_by("-updated_at").values_list("updated_at", flat=True).first()


def call_version(call: Call) -> str:
    """Of one call with its recording."""
    recording = getattr(call, "recording", None)
    sound = (recording.state, recording.reason, recording.attempts) if recording else ()
    return f"{call.updated_at} {is_followed(call, timezone.now())} {sound}"


def is_followed(call: Call, now: datetime) -> bool:
    """Whether more is to be expected soon."""
    recording = getattr(call, "recording", None)
    if call.is_live or (recording is not None and recording.state in COMING):
        return True
    return call.ended_at is not None and call.ended_at > now - AFTERWARDS


def live_url(call: Call, list_query: str) -> str:
    return reverse("calls:live", args=[call.uuid]) + list_suffix(list_query)
