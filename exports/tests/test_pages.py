"""The dialog, the list, one export, and what changes it."""

import json
import re
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from calls.tests.factory import NOON, make_assistant, make_call, make_user
from exports import jobs, tasks
from exports.columns import COLUMNS
from exports.models import ExportEvent, ExportJob, State
from exports.run import run_export

pytestmark = pytest.mark.django_db(transaction=True)

JSON = {"HTTP_ACCEPT": "application/json"}


def ask(client, query="", **fields):
    return client.post("/exports/", {"query": query, "format": "csv", **fields})


def made(client, query="", **fields):
    """A finished export."""
    ask(client, query, **fields)
    job = ExportJob.objects.latest("pk")
    run_export(job.pk)
    job.refresh_from_db()
    assert job.state == State.DONE, job.reason
    return job


def body_of(response):
    return b"".join(response.streaming_content)


# The button and the dialog


def test_the_log_leads_to_the_export_of_what_it_shows(signed_in):
    make_call(status="busy")
    make_call()
    page = signed_in.get("/calls/?status=busy").content.decode()
    assert re.search(r'href="/exports/new/\?status=busy"[^>]*>Export 1 call<', page)


def test_the_log_offers_no_export_of_nothing(signed_in):
    assert "/exports/new/" not in signed_in.get("/calls/").content.decode()


def test_the_dialog_says_how_many_calls_and_which(signed_in):
    make_call(status="busy")
    make_call()
    page = signed_in.get("/exports/new/?status=busy&size=25").content.decode()
    assert "<b>1 call</b>: busy, UTC." in page
    assert '<input type="hidden" name="query" value="status=busy">' in page


def test_the_dialog_names_the_value_that_is_not_understood(signed_in):
    response = signed_in.get("/exports/new/?status=done")
    assert response.status_code == 400
    assert "status: “done”: takes initiated" in response.content.decode()


def test_the_dialog_remembers_what_was_chosen(signed_in):
    ask(signed_in, format="jsonl", compressed="on", columns=["id", "cost", "transcript"])
    page = signed_in.get("/exports/new/").content.decode()
    assert 'value="jsonl" checked' in page
    assert 'name="compressed" value="on" checked' in page
    assert re.findall(r'name="columns" value="(\w+)" checked', page) == ["transcript", "id", "cost"]


# Asking for one


def test_asking_leads_to_the_list(signed_in, bells):
    response = ask(signed_in, "status=busy")
    job = ExportJob.objects.get()
    assert response["Location"] == f"/exports/#export-{job.uuid}"
    assert (job.state, job.query, job.format, job.description) == ("queued", "status=busy", "csv", "busy, UTC")
    assert bells == [job.pk]


def test_a_program_gets_202_and_the_address(signed_in):
    response = signed_in.post("/exports/", {"query": "status=busy", "format": "csv.gz"}, **JSON)
    job = ExportJob.objects.get()
    assert response.status_code == 202
    assert response["Location"] == f"/exports/{job.uuid}/"
    answer = response.json()
    assert answer["id"] == str(job.uuid)
    assert (answer["state"], answer["format"], answer["columns"]) == ("queued", "csv.gz", list(COLUMNS))
    assert answer["download_url"] is None


@pytest.mark.parametrize(
    "send",
    [
        lambda client: client.post("/exports/?status=busy", {"format": "csv"}),
        lambda client: client.post("/exports/", {"format": "csv", "status": "busy"}),
        lambda client: client.post("/exports/", {"format": "csv", "query": "?status=busy"}),
        lambda client: client.post(
            "/exports/", json.dumps({"format": "csv", "query": "status=busy"}), content_type="application/json"
        ),
        lambda client: client.post(
            "/exports/", json.dumps({"format": "csv", "status": ["busy"]}), content_type="application/json"
        ),
    ],
)
def test_the_selection_may_stand_in_the_address_the_form_or_json(signed_in, send):
    assert send(signed_in).status_code == 302
    assert ExportJob.objects.get().query == "status=busy"


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"query": "status=done", "format": "csv"}, "status"),
        ({"query": "colour=red", "format": "csv"}, ""),
        ({"colour": "red", "format": "csv"}, ""),
        ({"format": "pdf"}, "format"),
        ({}, "format"),
        ({"format": "csv", "columns": "colour"}, "columns"),
    ],
)
def test_what_is_not_understood_is_named_and_makes_nothing(signed_in, fields, name):
    response = signed_in.post("/exports/", fields, **JSON)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [name]
    assert signed_in.post("/exports/", fields).status_code == 400
    assert not ExportJob.objects.exists()


def test_json_that_is_none_is_told(signed_in):
    response = signed_in.post("/exports/", "{", content_type="application/json", **JSON)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["body"]


def test_one_user_has_only_some_at_once(signed_in, settings):
    settings.EXPORTS_PER_USER = 2
    for _ in range(2):
        assert ask(signed_in).status_code == 302
    response = ask(signed_in)
    assert response.status_code == 429
    assert "You have 2 exports waiting or running" in response.content.decode()
    jobs.cancel(ExportJob.objects.first())
    assert ask(signed_in).status_code == 302


def test_a_queue_that_is_away_is_told_and_the_export_waits(signed_in, monkeypatch):
    def away(*args, **options):
        raise OperationalError("refused")

    monkeypatch.setattr(tasks.run, "apply_async", away)
    assert ask(signed_in).status_code == 302
    assert "The queue does not answer" in signed_in.get("/exports/").content.decode()


def test_it_says_that_no_worker_runs(signed_in):
    ask(signed_in)
    assert "No worker" not in signed_in.get("/exports/").content.decode()
    ExportJob.objects.update(queued_at=NOON - timedelta(days=1))
    assert "No worker has taken it for" in signed_in.get("/exports/").content.decode()


# Following it


def test_a_running_export_shows_how_far_it_is(signed_in):
    ask(signed_in)
    job = jobs.take(ExportJob.objects.get().pk, "worker")
    jobs.beat(job, 1000, 4000)
    page = signed_in.get("/exports/").content.decode()
    assert 'value="25"' in page
    assert "1,000 of 4,000 calls" in page
    assert f'hx-get="/exports/{job.uuid}/"' in page


def test_htmx_gets_the_part_and_the_news_of_its_end(signed_in):
    job = made(signed_in)
    part = signed_in.get(job.get_absolute_url(), HTTP_HX_REQUEST="true").content.decode()
    assert "<html" not in part
    assert "hx-get" not in part
    assert "calls.csv: Ready" in part


def test_it_says_that_its_worker_is_silent(signed_in):
    ask(signed_in)
    jobs.take(ExportJob.objects.get().pk, "dead")
    assert "silent" not in signed_in.get("/exports/").content.decode()
    ExportJob.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=5))
    assert "Its worker has been silent for 5 min." in signed_in.get("/exports/").content.decode()


def test_the_page_of_an_export_is_its_manifest(signed_in):
    make_call()
    job = made(signed_in)
    page = signed_in.get(job.get_absolute_url()).content.decode()
    assert job.sha256 in page
    state = signed_in.get(job.get_absolute_url(), **JSON).json()
    assert (state["state"], state["rows_done"], state["rows_total"]) == ("done", 1, 1)
    assert state["sha256"] == job.sha256
    assert state["size_bytes"] == job.size_bytes
    assert state["download_url"] == f"/exports/{job.uuid}/download/"


def test_the_manifest_says_selection_time_and_count(signed_in):
    make_call()
    job = made(signed_in, "status=completed")
    response = signed_in.get(f"{job.get_absolute_url()}manifest.json")
    assert response["Content-Disposition"] == 'attachment; filename="calls_completed.csv.manifest.json"'
    told = response.json()
    assert (told["query"], told["description"], told["rows_done"]) == ("status=completed", "completed, UTC", 1)
    assert datetime.fromisoformat(told["started_at"]) == job.started_at


def test_the_log_gets_the_choices_without_the_page(signed_in):
    part = signed_in.get("/exports/new/?status=busy", headers={"HX-Request": "true"}).content.decode()
    assert "<b>0 calls</b>: busy, UTC." in part
    assert "<html" not in part


def test_the_list_is_there_for_programs(signed_in):
    ask(signed_in)
    assert [one["state"] for one in signed_in.get("/exports/", **JSON).json()["exports"]] == ["queued"]


# Changing it


def act(client, name, job):
    return client.post(reverse(f"exports:{name}", args=[job.uuid]))


def test_cancel_ends_it(signed_in):
    ask(signed_in)
    job = ExportJob.objects.get()
    act(signed_in, "cancel", job)
    run_export(job.pk)
    job.refresh_from_db()
    assert job.state == State.CANCELLED


def test_what_was_cancelled_is_made_again(signed_in):
    ask(signed_in)
    job = ExportJob.objects.get()
    act(signed_in, "cancel", job)
    act(signed_in, "retry", job)
    run_export(job.pk)
    job.refresh_from_db()
    assert job.state == State.DONE


def test_the_same_again_has_todays_data(signed_in):
    job = made(signed_in, "status=completed", format="jsonl", columns=["id"])
    make_call()
    act(signed_in, "again", job)
    other = ExportJob.objects.latest("pk")
    run_export(other.pk)
    other.refresh_from_db()
    assert (other.pk, other.query, other.format, other.columns) == (job.pk + 1, "status=completed", "jsonl", ["id"])
    assert other.rows_done == 1


def test_delete_takes_the_file_along(signed_in, tmp_path):
    job = made(signed_in)
    assert list((tmp_path / "files/exports").iterdir())
    act(signed_in, "delete", job)
    assert not ExportJob.objects.exists()
    assert not list((tmp_path / "files/exports").iterdir())


# Its file


def test_a_download_is_the_file(signed_in):
    make_call(external_id="c-1")
    job = made(signed_in, "period=30d&status=completed")
    response = signed_in.get(f"/exports/{job.uuid}/download/")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="{job.file_name}"'
    assert response["X-Content-Type-Options"] == "nosniff"
    data = body_of(response)
    assert len(data) == int(response["Content-Length"]) == job.size_bytes
    assert data.startswith(b"id,source,external_id")


def test_a_broken_download_goes_on_where_it_broke(signed_in):
    for _ in range(5):
        make_call()
    job = made(signed_in)
    address = f"/exports/{job.uuid}/download/"
    first = signed_in.get(address)
    whole, half = body_of(first), job.size_bytes // 2
    rest = signed_in.get(address, HTTP_RANGE=f"bytes={half}-", HTTP_IF_RANGE=first["ETag"])
    assert rest.status_code == 206
    assert rest["Content-Range"] == f"bytes {half}-{job.size_bytes - 1}/{job.size_bytes}"
    assert whole[:half] + body_of(rest) == whole
    other = signed_in.get(address, HTTP_RANGE=f"bytes={half}-", HTTP_IF_RANGE='"another"')
    assert other.status_code == 200
    assert signed_in.get(address, HTTP_RANGE="bytes=999999-").status_code == 416
    assert signed_in.get(address, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    assert signed_in.head(address)["Content-Length"] == str(job.size_bytes)


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING, State.FAILED, State.CANCELLED, State.EXPIRED])
def test_only_a_finished_export_has_a_file(signed_in, state):
    job = made(signed_in)
    ExportJob.objects.update(state=state)
    assert signed_in.get(f"/exports/{job.uuid}/download/").status_code == 404


def test_asking_and_downloading_leave_a_trace(signed_in, user):
    make_call()
    job = made(signed_in, "status=completed")
    body_of(signed_in.get(f"/exports/{job.uuid}/download/"))
    signed_in.head(f"/exports/{job.uuid}/download/")
    jobs.delete(job)
    events = ExportEvent.objects.order_by("pk").values_list("kind", "username", "export", "query", "rows")
    assert list(events) == [
        ("requested", "ann", job.uuid, "status=completed", None),
        ("downloaded", "ann", job.uuid, "status=completed", 1),
    ]


# Rights

ADDRESSES = ("detail", "download", "manifest", "cancel", "retry", "again", "delete")


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize("who", ["nobody", "another", "administrator"])
def test_an_export_is_its_users_only(signed_in, client, name, who, admin_user):
    job = made(signed_in)
    client.logout()
    if who != "nobody":
        client.force_login(admin_user if who == "administrator" else make_user(sees_all=True))
    send = client.get if name in ("detail", "download", "manifest") else client.post
    response = send(reverse(f"exports:{name}", args=[job.uuid]))
    if who == "nobody":
        assert response["Location"].startswith("/accounts/login/")
    else:
        assert response.status_code == 404
        assert str(job.uuid) not in client.get("/exports/").content.decode()
    assert ExportJob.objects.get().state == State.DONE


def test_an_export_has_what_its_user_sees(client, bells):
    viewer = make_user()
    seen = make_call(assistant=make_assistant(viewers=(viewer,)))
    make_call(assistant=make_assistant())
    make_call()
    client.force_login(viewer)
    job = made(client, format="jsonl", columns=["id"])
    assert body_of(client.get(f"/exports/{job.uuid}/download/")) == b'{"id":"%s"}\n' % str(seen.uuid).encode()


def test_what_one_may_no_longer_see_is_not_delivered(client, bells):
    viewer = make_user()
    first, second = make_assistant(viewers=(viewer,)), make_assistant(viewers=(viewer,))
    make_call(assistant=first)
    client.force_login(viewer)
    job, of_second = made(client), made(client, f"assistant={second.pk}")
    first.viewers.clear()
    assert client.get(f"/exports/{job.uuid}/download/").status_code == 404
    assert "Your rights have changed since" in client.get("/exports/").content.decode()
    assert client.get(f"/exports/{of_second.uuid}/download/").status_code == 200


def test_who_saw_all_and_no_longer_does_gets_nothing(signed_in, user):
    job = made(signed_in)
    user.user_permissions.clear()
    assert signed_in.get(f"/exports/{job.uuid}/download/").status_code == 404


def test_a_form_of_another_site_is_refused(user):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.post("/exports/", {"format": "csv"}).status_code == 403
