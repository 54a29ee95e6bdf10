"""Gives one call of the database a recording. A process of its own: `python -m bench.record N` prints, as JSON, where
it is and the cookie of somebody who may hear it.
"""

from __future__ import annotations

import json
import sys
from random import Random

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from bench.users import ADMINISTRATOR  # noqa: E402
from calls.choices import RecordingState  # noqa: E402
from calls.models import Call, Recording  # noqa: E402

SIZE = 30_000_000
PEAKS = [[number % 128 for number in range(1000)]] * 2


def main(calls: int) -> None:
    call = Call.objects.get(pk=calls // 2)
    if not Recording.objects.filter(call=call, size_bytes=SIZE).exists():
        make(call)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username=ADMINISTRATOR))
    path, cookie = reverse("recordings:recording", args=[call.uuid]), client.cookies["sessionid"].value
    json.dump({"path": path, "cookie": cookie, "size": SIZE}, sys.stdout)


def make(call: Call) -> None:
    """Bytes without a pattern: nothing decodes them."""
    recording = Recording(call=call, state=RecordingState.READY, content_type="audio/mpeg", due_at=None)
    recording.size_bytes, recording.peaks = SIZE, PEAKS
    recording.file.save("bench.mp3", ContentFile(Random(1).randbytes(SIZE)), save=False)  # noqa: S311
    recording.save()


if __name__ == "__main__":
    main(int(sys.argv[1]))
