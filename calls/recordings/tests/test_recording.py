"""GET and HEAD /calls/<uuid>/recording/."""

import os
from datetime import UTC, datetime

import pytest
from django.core.files.base import ContentFile
from django.test import override_settings
from django.utils.http import http_date

from calls.choices import RecordingState
from calls.models import Recording
from calls.recordings import sources, views
from calls.tests.factory import make_assistant, make_call, make_user

pytestmark = pytest.mark.django_db

SIZE = 1000
SOUND = bytes(number * 7 % 256 for number in range(SIZE))
MODIFIED = 1_780_000_000


@pytest.fixture(autouse=True)
def media(tmp_path, settings):
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    return tmp_path


def make_recording(content=SOUND, name="sound.mp3", call=None, **fields):
    call = call or make_call()
    recording = Recording(call=call, **{"state": RecordingState.READY, "content_type": "audio/mpeg"} | fields)
    recording.file.save(name, ContentFile(content), save=False)
    recording.save()
    os.utime(recording.file.path, (MODIFIED, MODIFIED))
    return recording


def address(recording):
    return f"/calls/{recording.call.uuid}/recording/"


@pytest.fixture
def listener(client):
    client.force_login(make_user(sees_all=True))
    return client


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


WHOLE = (200, 0, SIZE)
NONE = (416, 0, 0)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        # first-last
        ("bytes=0-0", (206, 0, 1)),
        ("bytes=0-1", (206, 0, 2)),
        ("bytes=100-199", (206, 100, 200)),
        ("bytes=998-999", (206, 998, 1000)),
        ("bytes=999-999", (206, 999, 1000)),
        ("bytes=0-999", (206, 0, 1000)),
        ("bytes=0-1000", (206, 0, 1000)),
        ("bytes=500-99999999999999999999", (206, 500, 1000)),
        ("bytes=007-009", (206, 7, 10)),
        # first-
        ("bytes=0-", (206, 0, 1000)),
        ("bytes=1-", (206, 1, 1000)),
        ("bytes=999-", (206, 999, 1000)),
        # -length
        ("bytes=-1", (206, 999, 1000)),
        ("bytes=-500", (206, 500, 1000)),
        ("bytes=-1000", (206, 0, 1000)),
        ("bytes=-1001", (206, 0, 1000)),
        ("bytes=-99999999999999999999", (206, 0, 1000)),
        # spelling that the standard allows
        ("Bytes=0-1", (206, 0, 2)),
        ("bytes= 0-1 ", (206, 0, 2)),
        ("bytes=0-1,", (206, 0, 2)),
        ("bytes=,, 0-1", (206, 0, 2)),
        # no such bytes
        ("bytes=1000-", NONE),
        ("bytes=1000-1001", NONE),
        ("bytes=99999999999999999999-", NONE),
        ("bytes=-0", NONE),
        # may be ignored: several ranges, other units, nonsense
        ("bytes=0-1,5-9", WHOLE),
        ("bytes=0-1, -1", WHOLE),
        ("bytes=5-2", WHOLE),
        ("bytes=-", WHOLE),
        ("bytes=", WHOLE),
        ("bytes", WHOLE),
        ("bytes=a-b", WHOLE),
        ("bytes=1.5-2", WHOLE),
        ("bytes=--5", WHOLE),
        ("bytes=0 - 5", WHOLE),
        ("bytes=+1-5", WHOLE),
        ("bytes=٠-٥", WHOLE),
        ("bytes=" + "9" * 5000 + "-", WHOLE),
        ("seconds=0-5", WHOLE),
        ("", WHOLE),
    ],
)
def test_it_answers_ranges_byte_for_byte(listener, header, expected):
    status, start, stop = expected
    response = listener.get(address(make_recording()), headers={"Range": header})
    assert response.status_code == status
    assert body(response) == SOUND[start:stop]
    if status == 416:
        assert response["Content-Range"] == f"bytes */{SIZE}"
        return
    assert response["Content-Length"] == str(stop - start)
    assert response.get("Content-Range") == (f"bytes {start}-{stop - 1}/{SIZE}" if status == 206 else None)


def test_without_a_range_it_sends_the_whole_file(listener):
    response = listener.get(address(make_recording()))
    assert response.status_code == 200
    assert body(response) == SOUND
    assert response["Content-Length"] == str(SIZE)
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Type"] == "audio/mpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Last-Modified"] == http_date(MODIFIED)
    assert response["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(("header", "status"), [("bytes=0-", 416), ("bytes=-5", 200)])
def test_a_file_without_bytes_has_no_ranges(listener, header, status):
    response = listener.get(address(make_recording(content=b"")), headers={"Range": header})
    assert response.status_code == status
    assert body(response) == b""


def test_head_has_the_headers_of_the_whole_file_and_no_body(listener):
    response = listener.head(address(make_recording()), headers={"Range": "bytes=0-9"})
    assert (response.status_code, response["Content-Length"], response.content) == (200, str(SIZE), b"")
    assert response["Accept-Ranges"] == "bytes"
    assert response["ETag"]


def test_other_methods_are_refused(listener):
    assert listener.post(address(make_recording())).status_code == 405


def tag_of(listener, recording):
    return listener.head(address(recording))["ETag"]


def test_the_tag_is_strong_and_changes_with_the_file(listener):
    recording = make_recording()
    tag = tag_of(listener, recording)
    assert tag.startswith('"')
    assert tag_of(listener, recording) == tag
    os.utime(recording.file.path, (MODIFIED + 1, MODIFIED + 1))
    assert tag_of(listener, recording) != tag


@pytest.mark.parametrize(
    ("if_range", "status"),
    [
        ("{tag}", 206),
        ("W/{tag}", 200),
        ('"another"', 200),
        (http_date(MODIFIED), 206),
        (http_date(MODIFIED - 1), 200),
        (http_date(MODIFIED + 1), 200),
        ("yesterday", 200),
        ("", 200),
    ],
)
def test_a_range_of_another_version_is_answered_with_the_whole_file(listener, if_range, status):
    recording = make_recording()
    headers = {"Range": "bytes=10-19", "If-Range": if_range.format(tag=tag_of(listener, recording))}
    response = listener.get(address(recording), headers=headers)
    assert response.status_code == status
    assert body(response) == (SOUND[10:20] if status == 206 else SOUND)


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("If-None-Match", "{tag}", 304),
        ("If-None-Match", '"another"', 200),
        ("If-Modified-Since", http_date(MODIFIED), 304),
        ("If-Modified-Since", http_date(MODIFIED - 1), 200),
        ("If-Match", '"another"', 412),
        ("If-Unmodified-Since", http_date(MODIFIED - 1), 412),
    ],
)
def test_it_answers_conditions(listener, header, value, status):
    recording = make_recording()
    tag = tag_of(listener, recording)
    response = listener.get(address(recording), headers={header: value.format(tag=tag)})
    assert response.status_code == status
    assert response["ETag"] == tag


def test_a_large_file_is_read_in_pieces(listener, monkeypatch):
    monkeypatch.setattr(sources, "CHUNK_BYTES", 64)
    response = listener.get(address(make_recording()), headers={"Range": "bytes=10-209"})
    assert [len(chunk) for chunk in response.streaming_content] == [64, 64, 64, 8]


def test_a_download_is_named_after_time_and_number(listener):
    call = make_call(from_number="+12025550123", started_at=datetime(2026, 11, 20, 14, 3, tzinfo=UTC))
    recording = make_recording(call=call)
    plain, download = address(recording), address(recording) + "?download=1"
    assert listener.head(plain)["Content-Disposition"].startswith("inline")
    assert listener.head(download)["Content-Disposition"] == 'attachment; filename="2026-11-20-1403-+12025550123.mp3"'


@override_settings(TIME_ZONE="Asia/Kathmandu")
def test_the_name_of_a_download_is_in_the_reporting_zone():
    call = make_call(from_number='sip:"a"/../b', started_at=datetime(2026, 11, 20, 20, 0, tzinfo=UTC))
    assert views.file_name(call, make_recording(call=call).file) == "2026-11-21-0145-sipab.mp3"


def test_a_file_without_a_suffix_is_named_by_its_type():
    recording = make_recording(name="sound")
    assert views.file_name(recording.call, recording.file).endswith(".mp3")


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "", "audio/x\r\ny", "nonsense"])
def test_what_is_not_sound_is_not_shown_as_a_page(listener, kind):
    response = listener.get(address(make_recording(content_type=kind)))
    assert response["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize("state", [state for state in RecordingState if state != RecordingState.READY])
def test_a_recording_that_is_not_ready_is_not_found(listener, state):
    assert listener.get(address(make_recording(state=state))).status_code == 404


def test_a_call_without_a_recording_is_not_found(listener):
    assert listener.get(f"/calls/{make_call().uuid}/recording/").status_code == 404


def test_a_file_that_the_storage_has_lost_is_not_found(listener):
    recording = make_recording()
    os.remove(recording.file.path)
    assert listener.get(address(recording)).status_code == 404


def test_it_asks_strangers_to_sign_in(client):
    response = client.get(address(make_recording()))
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_a_viewer_of_the_assistant_hears_it_and_others_find_nothing(client):
    viewer, other = make_user(), make_user()
    recording = make_recording(call=make_call(assistant=make_assistant(viewers=(viewer,))))
    client.force_login(viewer)
    assert client.get(address(recording)).status_code == 200
    client.force_login(other)
    assert client.get(address(recording)).status_code == 404
    assert client.head(address(recording)).status_code == 404
