"""Recordings in S3, played by a real (local) S3 server, and files that the proxy in front of the site sends."""

import urllib.request
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from django.conf import settings as site_settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from moto.server import ThreadedMotoServer

from calls.choices import RecordingState
from calls.models import Recording
from calls.recordings import sources
from calls.recordings.fetching import work
from calls.recordings.tests.hosts import answer, serving
from calls.recordings.tests.sounds import encoded, sine, wav
from calls.tests.factory import make_call, make_user

pytestmark = pytest.mark.django_db

SOUND = bytes(number * 7 % 256 for number in range(200_000))
TONE = wav(sine(1))


@pytest.fixture(scope="module")
def s3_url():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_url, settings, monkeypatch):
    """The storage of the test is a bucket, as STORAGE_URL=s3://calls/kept sets it up."""
    for name, value in {
        "ACCESS_KEY_ID": "key",
        "SECRET_ACCESS_KEY": "secret",
        "DEFAULT_REGION": "eu-central-1",
    }.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    options = {"bucket_name": "calls", "location": "kept", "endpoint_url": s3_url}
    options |= {"addressing_style": "path", "signature_version": "s3v4"}
    storage = {"BACKEND": "calls.recordings.storage.BucketStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    settings.RECORDING_ALLOWED_HOSTS = ["127.0.0.0/8"]
    made = boto3.resource("s3", endpoint_url=s3_url).Bucket("calls")
    made.create(CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    yield made
    made.objects.delete()
    made.delete()


@pytest.fixture
def listener(client):
    client.force_login(make_user(sees_all=True))
    return client


def make_recording(content=SOUND, copy=None, **fields):
    defaults = {"state": RecordingState.READY, "content_type": "audio/wav"}
    recording = Recording(call=make_call(), **defaults | fields)
    recording.file.save("call.wav", ContentFile(content), save=False)
    if copy is not None:
        recording.playable_file.save("call-playable.mp3", ContentFile(copy), save=False)
    recording.save()
    return recording


def address(recording, query=""):
    return f"/calls/{recording.call.uuid}/recording/{query}"


def body(response):
    return b"".join(response.streaming_content)


# A bucket


def test_a_recording_is_fetched_into_the_bucket(bucket):
    with serving(answer(encoded(TONE, "wav", "pcm_mulaw"))) as host:
        recording = Recording.objects.create(call=make_call(), url=host.url())
        work(recording.pk)
    recording.refresh_from_db()
    assert (recording.state, recording.reason) == ("ready", "")
    assert sorted(one.key for one in bucket.objects.all()) == sorted(
        f"kept/{file.name}" for file in (recording.file, recording.playable_file)
    )


def test_a_file_in_the_bucket_is_examined(bucket):
    recording = make_recording(TONE)
    work(recording.pk)
    recording.refresh_from_db()
    assert (recording.state, recording.duration_ms) == ("ready", 1000)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, (200, 0, 200_000)),
        ("bytes=0-", (206, 0, 200_000)),
        ("bytes=0-0", (206, 0, 1)),
        ("bytes=100-150099", (206, 100, 150_100)),
        ("bytes=-500", (206, 199_500, 200_000)),
        ("bytes=199999-300000", (206, 199_999, 200_000)),
        ("bytes=200000-", (416, 0, 0)),
        ("bytes=5-2", (200, 0, 200_000)),
    ],
)
def test_ranges_are_streamed_from_the_bucket(bucket, listener, header, expected):
    status, start, stop = expected
    response = listener.get(address(make_recording()), headers={"Range": header} if header else {})
    assert response.status_code == status
    if status != 416:
        assert body(response) == SOUND[start:stop]
        assert response["Content-Length"] == str(stop - start)
        assert response["Content-Type"] == "audio/wav"


def test_a_part_is_read_without_the_rest(bucket, listener, monkeypatch):
    monkeypatch.setattr(sources, "CHUNK_BYTES", 1000)
    asked = []
    client = default_storage.connection.meta.client
    client.meta.events.register("before-send.s3", lambda request, **options: asked.append(dict(request.headers)))
    response = listener.get(address(make_recording()), headers={"Range": "bytes=1000-4499"})
    assert [len(piece) for piece in response.streaming_content] == [1000, 1000, 1000, 500]
    assert [headers["Range"] for headers in asked if "Range" in headers] == [b"bytes=1000-4499"]


def test_head_and_conditions_hold_for_the_bucket(bucket, listener):
    recording = make_recording()
    head = listener.head(address(recording))
    assert (head.status_code, head["Content-Length"], head["Accept-Ranges"]) == (200, "200000", "bytes")
    unchanged = listener.get(address(recording), headers={"If-None-Match": head["ETag"]})
    assert unchanged.status_code == 304
    part = listener.get(address(recording), headers={"Range": "bytes=0-9", "If-Range": head["ETag"]})
    assert (part.status_code, body(part)) == (206, SOUND[:10])


def test_a_file_that_the_bucket_has_lost_is_not_found(bucket, listener):
    recording = make_recording()
    bucket.objects.delete()
    assert listener.get(address(recording)).status_code == 404


def test_browsers_may_be_sent_to_the_bucket(bucket, listener, settings, s3_url):
    settings.S3_REDIRECT_URL = s3_url
    recording = make_recording()
    response = listener.get(address(recording, "?download=1"))
    assert response.status_code == 302
    assert response["Cache-Control"] == "private, no-cache"
    request = urllib.request.Request(response["Location"], headers={"Range": "bytes=10-19"})
    with urllib.request.urlopen(request) as answered:
        assert (answered.status, answered.read()) == (206, SOUND[10:20])
        assert answered.headers["Content-Type"] == "audio/wav"
        assert answered.headers["Content-Disposition"] == response["Content-Disposition"]
    assert parse_qs(urlsplit(response["Location"]).query)["X-Amz-Expires"] == ["3600"]


def test_browsers_are_sent_to_the_address_that_they_can_reach(bucket, listener, settings):
    settings.S3_REDIRECT_URL = "https://s3.example.com"
    location = listener.get(address(make_recording()))["Location"]
    assert location.startswith("https://s3.example.com/calls/kept/recordings/")


def test_head_is_answered_here_also_when_browsers_are_sent_away(bucket, listener, settings):
    settings.S3_REDIRECT_URL = "https://s3.example.com"
    assert listener.head(address(make_recording()))["Content-Length"] == "200000"


def test_who_may_not_hear_it_is_not_sent_anywhere(bucket, client, settings):
    settings.S3_REDIRECT_URL = "https://s3.example.com"
    client.force_login(make_user())
    assert client.get(address(make_recording())).status_code == 404


# The proxy


@pytest.fixture
def proxy(tmp_path, settings):
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    settings.X_ACCEL_REDIRECT = "/protected/"


def test_the_proxy_is_told_which_file_to_send(proxy, listener):
    recording = make_recording()
    Recording.objects.update(file="recordings/2026/a b?ü.wav")
    response = listener.get(address(recording), headers={"Range": "bytes=0-9"})
    assert (response.status_code, response.content) == (200, b"")
    assert response["X-Accel-Redirect"] == "/protected/recordings/2026/a%20b%3F%C3%BC.wav"
    assert response["Content-Type"] == "audio/wav"
    assert response["Content-Disposition"].startswith("inline")
    assert response["Cache-Control"] == "private, no-cache"
    assert "ETag" not in response


def test_who_may_not_hear_it_is_told_no_file(proxy, client):
    client.force_login(make_user())
    response = client.get(address(make_recording()))
    assert response.status_code == 404
    assert "X-Accel-Redirect" not in response


# The copy that browsers play


def test_browsers_hear_the_copy_and_download_the_original(tmp_path, settings, listener):
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**site_settings.STORAGES, "default": storage}
    recording = make_recording(b"original", copy=b"a copy")
    heard, downloaded = listener.get(address(recording)), listener.get(address(recording, "?download=1"))
    assert (body(heard), heard["Content-Type"]) == (b"a copy", "audio/mpeg")
    assert (body(downloaded), downloaded["Content-Type"]) == (b"original", "audio/wav")
    assert heard["Content-Disposition"] == 'inline; filename="2026-11-20-1200-+12025550123.mp3"'
    assert downloaded["Content-Disposition"] == 'attachment; filename="2026-11-20-1200-+12025550123.wav"'
    assert heard["ETag"] != downloaded["ETag"]
