"""Recordings with the processes that users run: a worker that is killed, and gunicorn that sends ranges."""

import hashlib
import http.client
import random
import re
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile

from callmon.management.commands.serve import commands
from callmon.testing.services import free_port
from callmon.tests.processes import children, database_url, kill_with_children, process, wait_until
from calls.models import Recording
from calls.recordings.tasks import fetch_recording
from calls.recordings.tests.hosts import answer, serving
from calls.recordings.tests.sounds import sine, wav
from calls.tests.factory import make_call, make_user

CELERY = ("-m", "celery", "--quiet", "--app", "callmon")
WORKER = (*CELERY, "worker", "--concurrency", "1")
CLOCK = (*CELERY, "beat", "--pidfile", "")
READY_SECONDS = 120


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
            kill_with_children(worker)
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


# Through gunicorn, as `make run` starts it

SIZE = 30_000_000
SOUND = random.Random(1).randbytes(SIZE)
WHOLE, REFUSED = (200, 0, SIZE), (416, 0, 0)
RANGES = [
    (None, WHOLE),
    # first-last
    ("bytes=0-0", (206, 0, 1)),
    ("bytes=0-1", (206, 0, 2)),
    ("bytes=0-499", (206, 0, 500)),
    ("bytes=500-999", (206, 500, 1000)),
    ("bytes=65535-65536", (206, 65_535, 65_537)),
    ("bytes=65536-131071", (206, 65_536, 131_072)),
    ("bytes=1000000-1999999", (206, 1_000_000, 2_000_000)),
    ("bytes=1-29999998", (206, 1, SIZE - 1)),
    ("bytes=0-29999999", (206, 0, SIZE)),
    ("bytes=29999999-29999999", (206, SIZE - 1, SIZE)),
    ("bytes=29999990-40000000", (206, SIZE - 10, SIZE)),
    ("bytes=15000000-99999999999999999999", (206, 15_000_000, SIZE)),
    ("bytes=0000100-0000199", (206, 100, 200)),
    # first-
    ("bytes=0-", (206, 0, SIZE)),
    ("bytes=1-", (206, 1, SIZE)),
    ("bytes=15000000-", (206, 15_000_000, SIZE)),
    ("bytes=29999999-", (206, SIZE - 1, SIZE)),
    # -length
    ("bytes=-1", (206, SIZE - 1, SIZE)),
    ("bytes=-500", (206, SIZE - 500, SIZE)),
    ("bytes=-65537", (206, SIZE - 65_537, SIZE)),
    ("bytes=-30000000", (206, 0, SIZE)),
    ("bytes=-30000001", (206, 0, SIZE)),
    # spelling
    ("Bytes=0-9", (206, 0, 10)),
    ("bytes= 10-19", (206, 10, 20)),
    ("bytes=20-29,", (206, 20, 30)),
    # no such bytes
    ("bytes=30000000-", REFUSED),
    ("bytes=30000000-30000001", REFUSED),
    ("bytes=99999999999999999999-", REFUSED),
    ("bytes=-0", REFUSED),
    # ignored
    ("bytes=5-2", WHOLE),
    ("bytes=0-1,5-9", WHOLE),
    ("bytes=-", WHOLE),
    ("bytes=a-b", WHOLE),
    ("seconds=0-5", WHOLE),
]


class Site:
    """A running site with one recording of SOUND, and a cookie of somebody who may hear it."""

    def __init__(self, server, port, path, cookie):
        self.server, self.port, self.path, self.cookie = server, port, path, cookie

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, connection, method="GET", **headers):
        connection.request(method, self.path, headers={"Cookie": f"sessionid={self.cookie}", **headers})
        return connection.getresponse()

    def is_up(self):
        try:
            return self.ask(self.connection(), "HEAD").status == 200
        except OSError:
            return False

    def memory_bytes(self):
        """Of the worker, without the files that are mapped into it."""
        [worker] = children(self.server.pid)
        return int(re.search(r"RssAnon:\s+(\d+)", Path(f"/proc/{worker}/status").read_text())[1]) * 1024


@contextmanager
def site(client):
    recording = Recording(call=make_call(), state="ready", content_type="audio/mpeg", due_at=None)
    recording.file.save("call.mp3", ContentFile(SOUND), save=False)
    recording.save()
    client.force_login(make_user(sees_all=True))
    cookie, port = client.cookies["sessionid"].value, free_port()
    gunicorn = [f"127.0.0.1:{port}" if "fd://" in word else word for word in commands(0)["web server"][1:]]
    with process(*gunicorn, DATABASE_URL=database_url()) as server:
        running = Site(server, port, f"/calls/{recording.call.uuid}/recording/", cookie)
        wait_until(running.is_up)
        yield running


def check_range(answer, body, expected):
    status, start, stop = expected
    assert answer.status == status
    assert body == SOUND[start:stop]
    assert answer.getheader("Content-Length") == str(stop - start)
    assert answer.getheader("Accept-Ranges") == "bytes"
    placed = {206: f"bytes {start}-{stop - 1}/{SIZE}", 416: f"bytes */{SIZE}", 200: None}
    assert answer.getheader("Content-Range") == placed[status]


@pytest.mark.django_db(transaction=True)
def test_gunicorn_sends_each_range_byte_for_byte(client):
    with site(client) as running:
        connection = running.connection()
        for header, expected in RANGES:
            response = running.ask(connection, **({"Range": header} if header else {}))
            check_range(response, response.read(), expected)
        tag = running.ask(running.connection(), "HEAD").getheader("ETag")
        for condition, expected in ((tag, (206, 5, 10)), ('"another"', WHOLE)):
            response = running.ask(connection, **{"Range": "bytes=5-9", "If-Range": condition})
            check_range(response, response.read(), expected)


@pytest.mark.django_db(transaction=True)
def test_twenty_listeners_at_once_cost_less_than_20_mb(client):
    clients, whole = 20, []
    arrived = threading.Barrier(clients + 1)

    def listen():
        response = running.ask(running.connection(), Range="bytes=0-")
        received = bytearray(response.read(100_000))
        arrived.wait(60)  # all are in the middle of it
        arrived.wait(60)
        while piece := response.read(1_000_000):
            received += piece
        whole.append(received == SOUND)

    with site(client) as running:
        running.ask(running.connection()).read()
        before_bytes = running.memory_bytes()
        threads = [threading.Thread(target=listen) for _ in range(clients)]
        for thread in threads:
            thread.start()
        arrived.wait(60)
        grown_bytes = [running.memory_bytes() - before_bytes]
        arrived.wait(60)
        while any(thread.is_alive() for thread in threads):
            grown_bytes.append(running.memory_bytes() - before_bytes)
            time.sleep(0.02)
    assert whole == [True] * clients
    assert max(grown_bytes) < 20_000_000
