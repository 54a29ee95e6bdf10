"""Gives one call of the database a recording, and tells where it is and the cookie of somebody who may hear it."""

from __future__ import annotations

from random import Random

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from bench.users import ADMINISTRATOR
from calls.choices import RecordingState
from calls.models import Call, Recording

SIZE = 30_000_000
PEAKS = [[number % 128 for number in range(1000)]] * 2


def main(calls: int) -> dict[str, str | int]:
    call = Call.objects.get(pk=calls // 2)
    if not Recording.objects.filter(call=call, size_bytes=SIZE).exists():
        make(call)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username=ADMINISTRATOR))
    path, cookie = reverse("recordings:recording", args=[call.uuid]), client.cookies["sessionid"].value
    return {"path": path, "cookie": cookie, "size": SIZE}


def make(call: Call) -> None:
    """Bytes without a pattern: nothing decodes them."""
    recording = Recording(call=call, state=RecordingState.READY, content_type="audio/mpeg", due_at=None)
    recording.size_bytes, recording.peaks = SIZE, PEAKS
    recording.file.save("bench.mp3", ContentFile(Random(1).randbytes(SIZE)), save=False)  # noqa: S311
    recording.save()
