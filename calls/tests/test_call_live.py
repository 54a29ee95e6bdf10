"""/calls/<uuid>/live/: a call that goes on comes anew to the pages that show it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.choices import RecordingState
from calls.models import Recording, Transcript
from calls.tests.factory import make_assistant, make_call, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    client.force_login(make_user(sees_all=True))
    return client


def follows(client, call):
    return f'data-live="{call.get_absolute_url()}live/' in client.get(call.get_absolute_url()).content.decode()


def live(client, call, etag=""):
    headers = {"HX-Request": "true"} | ({"If-None-Match": etag} if etag else {})
    return client.get(f"{call.get_absolute_url()}live/", headers=headers)


@pytest.mark.parametrize("status", ["initiated", "ringing", "in_progress"])
def test_a_live_call_is_followed(reader, status):
    assert follows(reader, make_call(status=status))


def test_a_call_is_followed_until_ten_minutes_after_its_end(reader):
    assert follows(reader, make_call(ended_at=timezone.now() - timedelta(minutes=9)))
    assert not follows(reader, make_call(ended_at=timezone.now() - timedelta(minutes=11)))
    assert not follows(reader, make_call())


@pytest.mark.parametrize(("state", "expected"), [("pending", True), ("fetching", True), ("ready", False)])
def test_a_call_is_followed_while_its_recording_is_fetched(reader, state, expected):
    call = make_call()
    Recording.objects.create(call=call, state=RecordingState(state))
    assert follows(reader, call) == expected


def test_nothing_new_is_an_empty_answer(reader, django_assert_max_num_queries):
    call = make_call(status="ringing")
    etag = live(reader, call)["ETag"]
    with django_assert_max_num_queries(4):  # session, user, permissions, the call with its recording
        answer = live(reader, call, etag)
    assert (answer.status_code, answer.content) == (304, b"")


def test_it_comes_anew_when_it_changed(reader):
    call = make_call(status="ringing")
    etag = live(reader, call)["ETag"]
    call.status = "completed"
    call.save()
    Transcript.objects.create(call=call, turns=[{"speaker": "caller", "text": "My order"}])
    answer = live(reader, call, etag)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert answer["ETag"] != etag
    assert "<html" not in page
    assert 'data-part="transcript"' in page
    assert "My order" in page
    assert "data-live" not in page


def test_it_comes_anew_when_its_recording_changed(reader):
    call = make_call()
    recording = Recording.objects.create(call=call)
    etag = live(reader, call)["ETag"]
    recording.state = RecordingState.FAILED
    recording.save()
    assert live(reader, call, etag).status_code == 200


def test_what_one_may_not_see_is_not_followed(client):
    call = make_call(status="ringing", assistant=make_assistant())
    client.force_login(make_user())
    assert live(client, call).status_code == 404
