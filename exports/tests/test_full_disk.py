"""A disk that is really full: a small one in memory. Only root may mount it."""

import shutil
import subprocess

import pytest
from django.http import QueryDict

from calls.filters import CallFilter
from calls.tests.factory import make_call
from exports import jobs
from exports.formats import FORMATS
from exports.models import State
from exports.run import DISK_FULL, run_export
from exports.table import Choice
from exports.tests.test_sets import make_calls

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bells")]


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a full disk was not tested: only root may mount a small one")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def ask(user, query=""):
    job = jobs.request_export(CallFilter.for_user(QueryDict(query), user), Choice(FORMATS["csv"]), user)
    run_export(job.pk)
    job.refresh_from_db()
    return job


@pytest.mark.parametrize("full", ["drafts", "storage"])
def test_a_full_disk_fails_the_export_and_nothing_else(full, small_disk, user, settings):
    if full == "drafts":
        settings.DATA_DIR = small_disk
    else:
        backend = settings.STORAGES["default"]["BACKEND"]
        settings.STORAGES = {
            **settings.STORAGES,
            "default": {"BACKEND": backend, "OPTIONS": {"location": small_disk}},
        }
    make_calls(3000)
    make_call(status="busy")
    job = ask(user)
    assert (job.state, job.reason, job.file) == (State.FAILED, DISK_FULL, "")
    assert [path for path in small_disk.rglob("*") if path.is_file()] == []
    assert ask(user, "status=busy").state == State.DONE
