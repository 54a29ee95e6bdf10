"""Recordings with the processes that users run: a worker that is killed, and gunicorn that sends ranges."""

import hashlib
import os
import signal
import time
from pathlib import Path

import pytest
from django.conf import settings

from callmon.tests.processes import children, database_url, process, wait_until
from calls.models import Recording
from calls.recordings.tasks import fetch_recording
from calls.recordings.tests.hosts import answer, serving
from calls.recordings.tests.sounds import sine, wav
from calls.tests.factory import make_call

CELERY = ("-m", "celery", "--quiet", "--app", "callmon")
WORKER = (*CELERY, "worker", "--concurrency", "1")
CLOCK = (*CELERY, "beat", "--pidfile", "")
READY_SECONDS = 120


def kill(worker):
    """As the kernel does it: nobody is told."""
    for pid in (worker.pid, *children(worker.pid)):
        os.kill(pid, signal.SIGKILL)


@pytest.mark.django_db(transaction=True)
def test_a_recording_whose_worker_was_killed_is_ready_once_within_two_minutes():
    sound = wav(sine(10), sine(10, loudness=0.2))
    halves = [answer(sound[:200_000], length=len(sound)), sound[200_000:]]

    def answers(path):
        yield halves[0]
        if len(host.requests) == 1:
            time.sleep(30)
        yield halves[1]

    with serving(answers) as host:
        environment = {"DATABASE_URL": database_url(), "RECORDING_ALLOWED_HOSTS": "127.0.0.1"}
        recording = Recording.objects.create(call=make_call(), url=host.url())
        fetch_recording.delay(recording.pk)
        with process(*WORKER, **environment) as worker:
            wait_until(lambda: host.requests)
            kill(worker)
        recording.refresh_from_db()
        assert recording.state == "fetching"
        with process(*WORKER, **environment), process(*CLOCK, **environment):
            wait_until(lambda: Recording.objects.get().state == "ready", seconds=READY_SECONDS)

    recording.refresh_from_db()
    assert recording.sha256 == hashlib.sha256(sound).hexdigest()
    assert recording.file.read() == sound
    assert (recording.attempts, len(host.requests)) == (2, 2)
    kept = Path(settings.DATA_DIR / "files").rglob(f"*{recording.call.uuid}*")
    assert [path.name for path in kept] == [Path(recording.file.name).name]
