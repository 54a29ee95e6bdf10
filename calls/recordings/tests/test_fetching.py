"""From a waiting row to a recording that can be heard, and every way this can end."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from calls.choices import RecordingState
from calls.models import Call, Recording
from calls.recordings import fetching, net
from calls.recordings.fetching import work
from calls.recordings.tests.hosts import answer, redirect, serving
from calls.recordings.tests.sounds import encoded, sine, wav
from calls.tests.factory import make_call

pytestmark = pytest.mark.django_db

TONE = wav(sine(1), sine(1, loudness=0.25))
MB = 1 << 20


@pytest.fixture(autouse=True)
def surroundings(tmp_path, settings):
    """A storage of the test's own; loopback is allowed, since the hosts of tests are there."""
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "files"}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    settings.RECORDING_ALLOWED_HOSTS = ["127.0.0.0/8"]
    return tmp_path / "files"


def make_recording(url="", **fields):
    return Recording.objects.create(call=make_call(recorded=False), url=url, **fields)


def make_kept(content, name="recordings/call.mp3", **fields):
    recording = make_recording(state=RecordingState.READY, **fields)
    recording.file.name = default_storage.save(name, ContentFile(content))
    recording.save()
    return recording


def worked(recording):
    work(recording.pk)
    recording.refresh_from_db()
    return recording


def fetched(response, path="/call.wav", **fields):
    """The row after one attempt at a host that answers so."""
    with serving(response) as host:
        return worked(make_recording(host.url(path), **fields))


def files(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_waiting_recording_is_fetched_and_examined():
    recording = fetched(answer(TONE, Content_Type="text/html"), "/no-name")
    assert (recording.state, recording.reason, recording.due_at, recording.owner) == ("ready", "", None, "")
    assert recording.file.read() == TONE
    assert (recording.content_type, recording.codec, recording.channels) == ("audio/wav", "pcm_s16le", 2)
    assert (recording.duration_ms, recording.size_bytes, recording.attempts) == (1000, len(TONE), 1)
    assert [max(peaks) for peaks in recording.peaks] == [64, 32]
    assert recording.playable_file.name == ""


def test_its_file_is_the_only_one(surroundings):
    recording = fetched(answer(TONE))
    assert files(surroundings) == [Path(recording.file.name).name]
    assert recording.file.name.startswith(f"recordings/2026/11/{recording.call.uuid}-")
    assert recording.file.name.endswith(".wav")
    assert list(fetching.FOLDER.iterdir()) == []


def test_what_browsers_do_not_play_has_a_copy_beside_it():
    source = encoded(wav(sine(1)), "wav", "pcm_mulaw")
    recording = fetched(answer(source))
    assert recording.file.read() == source
    assert recording.playable_file.name.endswith("-playable.mp3")
    assert recording.playable_file.read()[:3] == b"ID3"
    assert (recording.content_type, recording.codec) == ("audio/wav", "pcm_mulaw")


def brief(value):
    """The id of a test: not the whole answer."""
    return getattr(value, "__name__", str(value)[:40])


HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>"


@pytest.mark.parametrize(
    ("response", "state", "reason"),
    [
        (answer(HTML, Content_Type="audio/wav"), "failed", "the address answered with a web page, not audio"),
        (answer(b'{"error": "expired"}'), "failed", "the address answered with JSON, not audio"),
        (answer(b"<Error><Code>AccessDenied</Code></Error>"), "failed", "the address answered with XML, not audio"),
        (answer(b"Not here"), "failed", "the address answered with text, not audio"),
        (answer(b""), "empty", "there is no sound in it"),
        (answer(wav()), "empty", "there is no sound in it"),
        (answer(b"%PDF-1.7\n\x00\x01\x02"), "unsupported", "it is in no audio format that is known here"),
        (answer(b"OggS" + bytes(500)), "unsupported", "the Ogg file is damaged"),
        (answer(length=500 * MB), "failed", "the recording is larger than 200 MB"),
        (answer(status="410 Gone"), "failed", "the address answered 410"),
        (redirect("http://10.0.0.1/"), "failed", "10.0.0.1 is an address inside a private network (10.0.0.1)"),
        (redirect("file:///etc/passwd"), "failed", "the address is not an http or https address"),
        (redirect("/again"), "failed", "the address redirects more than 5 times"),
    ],
    ids=brief,
)
def test_each_bad_answer_ends_in_its_state_with_a_reason(response, state, reason, surroundings):
    recording = fetched(response)
    assert (recording.state, recording.reason) == (state, reason)
    assert (recording.due_at, recording.owner, recording.file.name) == (None, "", "")
    assert files(surroundings) == []


@pytest.mark.parametrize(
    "url",
    [
        *("http://10.1.2.3/a.wav", "http://169.254.169.254/latest/meta-data/", "http://[::1]/a.wav"),
        *("file:///etc/passwd", "ftp://example.com/a.wav"),
    ],
)
def test_a_forbidden_address_is_failed_and_nothing_is_contacted(url, monkeypatch):
    contacted = []
    monkeypatch.setattr(net, "connection_to", lambda *arguments: contacted.append(arguments))
    recording = worked(make_recording(url))
    assert recording.state == RecordingState.FAILED
    assert recording.reason
    assert contacted == []


def endless(path):
    yield b"HTTP/1.1 200 OK\r\n\r\n"
    while True:
        yield bytes(64 * 1024)


def test_a_body_without_an_end_is_failed(settings):
    settings.RECORDING_MAX_MB = 2
    recording = fetched(endless)
    assert (recording.state, recording.reason) == ("failed", "the recording is larger than 2 MB")


def silent(path):
    time.sleep(3)
    yield b""


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (answer(status="404 Not Found"), "the address answered 404"),
        (answer(status="503 Service Unavailable"), "the address answered 503"),
        (answer(TONE, length=len(TONE) + 1), "the connection to 127.0.0.1 failed: it broke off"),
        (silent, "the connection to 127.0.0.1 failed: it did not answer in time"),
    ],
    ids=brief,
)
def test_what_another_moment_may_change_is_tried_again_later(response, reason, monkeypatch):
    monkeypatch.setattr(net, "READ_SECONDS", 0.5)
    recording = fetched(response)
    assert (recording.state, recording.reason, recording.attempts) == ("pending", reason, 1)
    assert timedelta(seconds=25) < recording.due_at - timezone.now() <= timedelta(seconds=30)
    assert not work(recording.pk)


def test_the_pauses_grow():
    now = timezone.now()
    pauses = [(fetching.next_attempt_at(attempts, now) - now).total_seconds() for attempts in range(1, 6)]
    assert pauses == [30, 120, 480, 1920, 7680]


def test_after_the_last_attempt_it_is_failed():
    recording = fetched(answer(status="503 Later"), attempts=fetching.MOST_ATTEMPTS - 1)
    assert (recording.state, recording.reason, recording.due_at) == ("failed", "the address answered 503", None)


def test_a_later_attempt_finds_it():
    answers = iter([answer(status="404 Not Found"), answer(TONE)])
    with serving(lambda path: next(answers)) as host:
        recording = worked(make_recording(host.url()))
        Recording.objects.update(due_at=timezone.now())
        worked(recording)
    assert (recording.state, recording.reason, recording.attempts) == ("ready", "", 2)


def test_what_stops_its_worker_at_each_attempt_is_given_up():
    recording = worked(make_recording("http://127.0.0.1:1/", attempts=6, state=RecordingState.FETCHING, owner="gone"))
    assert (recording.state, recording.reason) == ("failed", "the worker was stopped at each attempt")


def test_a_storage_that_fails_is_tried_again(monkeypatch):
    def full(*arguments):
        raise OSError("No space left on device")

    monkeypatch.setattr(fetching, "keep", full)
    recording = fetched(answer(TONE))
    assert (recording.state, recording.reason) == ("pending", "it could not be kept here")
    assert recording.due_at
    assert list(fetching.FOLDER.iterdir()) == []


# Files that are here already


def test_a_file_that_nobody_looked_into_is_examined_where_it_is(surroundings):
    recording = worked(make_kept(TONE, "recordings/demo.wav"))
    assert (recording.state, recording.file.name) == ("ready", "recordings/demo.wav")
    assert (recording.content_type, recording.duration_ms, len(recording.peaks)) == ("audio/wav", 1000, 2)
    assert files(surroundings) == ["demo.wav"]


def test_a_file_from_a_payload_gets_the_suffix_of_its_kind(surroundings):
    recording = worked(make_kept(encoded(TONE, "mp3", "libmp3lame", 16000), "recordings/1.audio"))
    assert (recording.state, recording.content_type) == ("ready", "audio/mpeg")
    assert files(surroundings) == [Path(recording.file.name).name]
    assert recording.file.name.endswith(".mp3")


@pytest.mark.parametrize(
    ("content", "state", "reason"),
    [
        (HTML, "failed", "it is a web page, not audio"),
        (wav(), "empty", "there is no sound in it"),
        (bytes(100), "unsupported", "it is in no audio format that is known here"),
        (TONE + bytes(2 * MB), "failed", "the recording is larger than 1 MB"),
    ],
    ids=brief,
)
def test_a_file_that_is_no_sound_is_not_ready(content, state, reason, settings):
    settings.RECORDING_MAX_MB = 1
    recording = worked(make_kept(content))
    assert (recording.state, recording.reason, recording.due_at) == (state, reason, None)


def test_a_file_that_is_gone_is_failed():
    recording = make_recording(state=RecordingState.READY, file="recordings/gone.mp3")
    assert (worked(recording).state, recording.reason) == ("failed", "its file is gone")


# What changes meanwhile


def test_a_new_address_in_mid_fetch_wins(monkeypatch, surroundings):
    recording = make_recording("http://127.0.0.1:1/")

    def changed(url, most_bytes):
        yield TONE
        Recording.objects.update(url="http://127.0.0.1:2/", state="pending", owner="")

    monkeypatch.setattr(net, "fetch", changed)
    worked(recording)
    assert (recording.state, recording.url, recording.file.name) == ("pending", "http://127.0.0.1:2/", "")


def test_a_file_that_takes_the_place_of_another_removes_it(surroundings):
    with serving(answer(TONE)) as host:
        recording = make_kept(b"old", url=host.url())
        Recording.objects.update(state=RecordingState.PENDING)
        worked(recording)
    assert files(surroundings) == [Path(recording.file.name).name]
    assert recording.file.read() == TONE


def test_the_same_bytes_again_are_the_same_file(surroundings):
    recording = fetched(answer(TONE))
    with serving(answer(TONE)) as host:
        Recording.objects.update(state="pending", due_at=timezone.now(), file="", url=host.url())
        worked(recording)
    assert files(surroundings) == [Path(recording.file.name).name]


def test_what_a_killed_worker_wrote_of_a_file_is_written_again(surroundings):
    recording = fetched(answer(TONE))
    Path(recording.file.path).write_bytes(TONE[:100])
    with serving(answer(TONE)) as host:
        Recording.objects.update(state="pending", due_at=timezone.now(), file="", url=host.url())
        worked(recording)
    assert recording.file.read() == TONE
    assert len(files(surroundings)) == 1


def test_a_deleted_call_ends_its_fetch(monkeypatch):
    recording = make_recording("http://127.0.0.1:1/")

    def deleted(url, most_bytes):
        yield TONE
        Call.objects.all().delete()

    monkeypatch.setattr(net, "fetch", deleted)
    assert work(recording.pk)
    assert not Recording.objects.exists()
