"""Who works on which recording, and when."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from calls.choices import RecordingState
from calls.models import Recording
from calls.recordings import fetching, lease, tasks
from calls.tests.factory import make_call

pytestmark = pytest.mark.django_db


@pytest.fixture
def rung(monkeypatch):
    """The rows that were rung for."""
    seen = []
    monkeypatch.setattr(tasks.fetch_recording, "apply_async", lambda arguments, **options: seen.extend(arguments))
    return seen


def make_recording(**fields):
    return Recording.objects.create(call=make_call(), **fields)


# The lease


def test_nobody_takes_what_is_not_due():
    later = timezone.now() + timedelta(seconds=5)
    for fields in ({"due_at": later}, {"due_at": None}, {"state": RecordingState.REMOVED}):
        assert lease.take(make_recording(**fields).pk, timezone.now()) is None


def test_a_row_is_taken_by_one():
    recording = make_recording()
    now = timezone.now()
    first = lease.take(recording.pk, now)
    assert first.state == RecordingState.FETCHING
    assert lease.take(recording.pk, now) is None
    assert lease.take(recording.pk, now + lease.LEASE).attempts == 2


def test_a_ready_recording_stays_ready_while_it_is_examined():
    assert (
        lease.take(make_recording(state=RecordingState.READY, file="a.mp3").pk, timezone.now()).state
        == RecordingState.READY
    )


def test_who_lost_the_row_changes_nothing():
    recording = make_recording()
    taken = lease.take(recording.pk, timezone.now())
    Recording.objects.update(owner="somebody else")
    with pytest.raises(lease.Lost):
        lease.release(taken, state=RecordingState.READY)
    with pytest.raises(lease.Lost):
        lease.renew(taken)
    recording.refresh_from_db()
    assert (recording.state, recording.owner) == ("fetching", "somebody else")


@pytest.mark.django_db(transaction=True)
def test_the_lease_is_renewed_while_the_work_goes_on(monkeypatch):
    monkeypatch.setattr(lease, "RENEW_SECONDS", 0.1)
    recording = lease.take(make_recording().pk, timezone.now())
    with lease.holding(recording) as held:
        time.sleep(1)
        held.check()
    assert Recording.objects.get().due_at > recording.due_at


@pytest.mark.django_db(transaction=True)
def test_a_worker_hears_that_it_lost_the_row(monkeypatch):
    monkeypatch.setattr(lease, "RENEW_SECONDS", 0.1)
    recording = lease.take(make_recording().pk, timezone.now())
    Recording.objects.update(owner="somebody else")
    with lease.holding(recording) as held:
        time.sleep(1)
        with pytest.raises(lease.Lost):
            held.check()


# Ringing


def test_the_sweeper_rings_for_what_is_due(rung, settings):
    settings.RECORDING_FETCHES = 10
    now = timezone.now()
    waiting = make_recording(due_at=now - timedelta(seconds=1))
    silent = make_recording(state=RecordingState.FETCHING, owner="killed", due_at=now - timedelta(seconds=2))
    unseen = make_recording(state=RecordingState.READY, file="a.mp3", due_at=now - timedelta(seconds=3))
    make_recording(due_at=now + timedelta(seconds=60))
    make_recording(state=RecordingState.FETCHING, owner="working", due_at=now + timedelta(seconds=60))
    make_recording(state=RecordingState.READY, due_at=None)
    make_recording(state=RecordingState.REMOVED)
    tasks.sweep()
    assert rung == [unseen.pk, silent.pk, waiting.pk]


def test_no_more_are_fetched_at_once_than_the_settings_say(rung, settings):
    settings.RECORDING_FETCHES = 2
    make_recording(state=RecordingState.FETCHING, owner="working", due_at=timezone.now() + timedelta(seconds=60))
    first, _second = make_recording(), make_recording()
    tasks.sweep()
    assert rung == [first.pk]


def test_whoever_is_done_rings_for_the_next(rung):
    first, second = make_recording(url="ftp://127.0.0.1/"), make_recording()
    tasks.fetch_recording(first.pk)
    tasks.fetch_recording(first.pk)  # is not due any more
    assert rung == [second.pk]


def test_what_killed_workers_left_behind_is_removed(rung):
    old, new = fetching.FOLDER / "old", fetching.FOLDER / "new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "original").write_bytes(b"x")
    tasks.remove_left_behind(old.stat().st_mtime + 1)
    assert old.exists()
    tasks.remove_left_behind(old.stat().st_mtime + tasks.LEFT_BEHIND_SECONDS + 60)
    assert not old.exists()
