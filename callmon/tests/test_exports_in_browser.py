"""Filter, export, watch the bar, download, compare with the page."""

import csv
import io
import threading
from pathlib import Path

import pytest
from django.db import connection

from callmon.testing.axe import barriers
from calls.tests.factory import make_call
from exports import jobs, tasks
from exports.models import ExportJob
from exports.run import run_export

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def bells(monkeypatch, settings, tmp_path):
    """No broker: the tests say when a worker runs."""
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "files"}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(tasks.run, "apply_async", lambda *args, **options: None)


def in_a_thread(work, *args):
    def run():
        try:
            work(*args)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def test_the_file_is_what_the_page_shows(signed_in_page):
    for status in ("busy", "completed", "busy"):
        make_call(status=status)
    page = signed_in_page
    page.goto("/calls/?status=busy")
    numbers = page.locator("tr.call").evaluate_all("rows => rows.map((row) => row.id.replace('call-', ''))")
    page.get_by_role("link", name="Export 2 calls").click()
    dialog = page.get_by_role("dialog", name="Export calls")
    dialog.get_by_text("The file will have 2 calls: busy, UTC.").wait_for()
    dialog.get_by_role("link", name="Cancel").click()
    page.get_by_role("link", name="Export 2 calls").click()
    dialog.get_by_role("button", name="Export").click()
    assert page.get_by_text("Waiting for a worker").is_visible()

    job = ExportJob.objects.get()
    owned = jobs.take(job.pk, "worker")
    jobs.beat(owned, 1, 2)
    page.get_by_text("1 of 2 calls").wait_for()
    ExportJob.objects.update(state="queued")
    in_a_thread(run_export, job.pk)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download calls_busy.csv").click()
    assert download.value.suggested_filename == "calls_busy.csv"
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(), newline="")))
    ids = {str(call.uuid): str(call.pk) for call in job_calls()}
    assert [ids[row["id"]] for row in rows] == numbers
    assert page.locator("#export-news").text_content() == "calls_busy.csv: Ready"


def job_calls():
    from calls.models import Call

    return Call.objects.all()


def test_it_is_cancelled_while_it_is_followed(signed_in_page):
    page = signed_in_page
    page.goto("/exports/new/")
    page.get_by_role("button", name="Export").click()
    with page.expect_response("**/exports/*/"):
        pass  # the part of the page is replaced
    page.get_by_role("button", name="Cancel calls.csv").click()
    page.get_by_text("Cancelled").wait_for()
    page.get_by_role("button", name="Delete calls.csv").click()
    page.get_by_role("heading", name="No exports yet").wait_for()


def test_without_javascript_it_is_asked_for_and_downloaded(new_page, admin_user):
    make_call()
    page = new_page(user=admin_user, java_script_enabled=False)
    page.goto("/calls/")
    page.get_by_role("link", name="Export 1 call").click()
    page.get_by_label("JSON Lines").check()
    page.get_by_role("button", name="Export").click()
    in_a_thread(run_export, ExportJob.objects.get().pk)
    page.reload()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download calls.jsonl").click()
    assert Path(download.value.path()).read_text().startswith('{"id":')


def test_its_pages_are_for_everybody(signed_in_page):
    page = signed_in_page
    page.goto("/exports/new/?status=busy&status=failed&direction=inbound&recorded=true&period=365d")
    assert barriers(page) == []
    page.get_by_role("button", name="Export").click()
    page.get_by_text("Waiting for a worker").wait_for()
    assert barriers(page) == []
