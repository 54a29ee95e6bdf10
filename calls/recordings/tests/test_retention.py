"""Sound that is too old, and files that no recording knows."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from calls.choices import RecordingState
from calls.models import Call, Recording
from calls.recordings import retention, tasks
from calls.recordings.tests.test_storages import bucket, s3_url  # noqa: F401 - fixtures
from calls.sounds import sound_name
from calls.tests.factory import NOON, make_call, make_user

pytestmark = pytest.mark.django_db

LATER = timedelta(days=1000)


@pytest.fixture(params=["folder", "bucket"])
def storage(request, tmp_path, settings):
    if request.param == "bucket":
        return request.getfixturevalue("bucket")
    folder = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": folder}
    return folder


def make_heard(age_days=0, state=RecordingState.READY, **fields):
    """A recording with both of its files."""
    call = make_call(started_at=NOON - timedelta(days=age_days))
    names = {
        field: default_storage.save(sound_name(call, "ab" * 32, suffix), ContentFile(b"sound"))
        for field, suffix in (("file", ".wav"), ("playable_file", "-playable.mp3"))
    }
    return Recording.objects.create(call=call, state=state, peaks=[[1]], **names, **fields)


def files_of(*recordings):
    return {name for row in recordings for name in (row.file.name, row.playable_file.name)}


def stored():
    return {name for names in retention.stored_names() for name in names}


# Too old


def test_what_is_older_than_its_life_is_removed(storage, settings):
    settings.RECORDING_LIFE_DAYS = 30
    old, young = make_heard(31), make_heard(29)
    assert retention.remove_old(NOON) == 1
    assert stored() == files_of(young)
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.state, old.reason) == (RecordingState.REMOVED, "recordings are kept for 30 days")
    assert (old.file.name, old.playable_file.name, old.peaks, old.due_at) == ("", "", None, None)
    assert young.state == RecordingState.READY


def test_nothing_is_too_old_without_the_setting(storage):
    make_heard(9000)
    assert retention.remove_old(NOON) == 0


def test_a_recording_is_removed_once(storage, settings):
    settings.RECORDING_LIFE_DAYS = 30
    make_heard(31)
    assert [retention.remove_old(NOON), retention.remove_old(NOON)] == [1, 0]


def test_what_somebody_works_on_is_left_alone(storage, settings):
    settings.RECORDING_LIFE_DAYS = 30
    busy = make_heard(31, owner="a worker")
    assert retention.remove_old(NOON) == 0
    assert stored() == files_of(busy)


def test_what_was_never_fetched_is_not_fetched_any_more(storage, settings):
    settings.RECORDING_LIFE_DAYS = 30
    waiting = Recording.objects.create(call=make_call(started_at=NOON - timedelta(days=31)), url="https://a.example/b")
    retention.remove_old(NOON)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.due_at) == (RecordingState.REMOVED, None)


def test_the_page_says_why_it_is_gone(client, storage, settings):
    settings.RECORDING_LIFE_DAYS = 30
    call = make_heard(31).call
    retention.remove_old(NOON)
    client.force_login(make_user(sees_all=True))
    assert (
        "The recording was removed: recordings are kept for 30 days."
        in client.get(call.get_absolute_url()).content.decode()
    )
    assert client.get(f"/calls/{call.uuid}/recording/").status_code == 404


# Files that no recording knows


def test_the_files_of_a_deleted_call_are_deleted(storage, settings):
    kept, gone = make_heard(), make_heard()
    Call.objects.filter(pk=gone.pk).delete()
    assert retention.delete_orphans(kept.due_at + LATER) == 2
    assert stored() == files_of(kept)


def test_a_file_that_is_new_may_still_become_known(storage):
    gone = make_heard()
    Call.objects.filter(pk=gone.pk).delete()
    assert retention.delete_orphans(gone.due_at) == 0
    assert stored() == files_of(gone)


def test_another_file_of_the_same_call_is_an_orphan(storage):
    heard = make_heard()
    left = default_storage.save(sound_name(heard.call, "cd" * 32, ".wav"), ContentFile(b"older"))
    assert retention.delete_orphans(heard.due_at + LATER) == 1
    assert left not in stored()
    assert stored() == files_of(heard)


def test_files_that_are_not_ours_stay(storage):
    heard = make_heard()
    for name in ("recordings/2026/11/readme.txt", "exports/calls.csv"):
        default_storage.save(name, ContentFile(b"mine"))
    assert retention.delete_orphans(heard.due_at + LATER) == 0
    assert default_storage.exists("recordings/2026/11/readme.txt")


def test_a_storage_without_recordings_has_no_orphans(storage):
    assert retention.delete_orphans(NOON) == 0


def test_the_task_does_both(storage, settings):
    settings.RECORDING_LIFE_DAYS = 30
    make_heard(9000)
    tasks.clear_away()
    assert stored() == set()
