"""What becomes of exports when workers die, queues vanish, disks fill and people change their minds."""

import errno
import threading
import time
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from calls.filters import CallFilter
from calls.models import Assistant
from calls.tests.factory import make_assistant, make_call, make_user
from exports import jobs, run, schedules, storing, tasks
from exports.formats import FORMATS
from exports.models import ExportJob, ExportSchedule, State
from exports.output import Output
from exports.run import Pulse, run_export
from exports.table import Choice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bells")]


@pytest.fixture
def ask(user):
    def ask(query="", format="csv", user=user):
        return jobs.request_export(CallFilter.for_user(QueryDict(query), user), Choice(FORMATS[format]), user)

    return ask


def files():
    """What is left on the disk: whole files and drafts."""
    return sorted([*storing.stored_names(), *(path.name for path in storing.drafts().rglob("*") if path.is_file())])


def state_of(job):
    job.refresh_from_db()
    return job.state


def grow_silent(job):
    ExportJob.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=5))


def test_a_run_makes_the_file_and_notes_it(ask):
    make_call()
    job = ask(format="csv.gz")
    run_export(job.pk)
    assert state_of(job) == State.DONE
    assert files() == [job.file]
    assert (job.rows_done, job.rows_total, job.size_bytes) == (1, 1, default_storage.size(job.file))
    assert len(job.sha256) == 64
    assert timedelta(days=6.9) < job.expires_at - timezone.now() < timedelta(days=7)


def test_two_runs_of_one_export_make_one_file(ask):
    job = ask()
    threads = [threading.Thread(target=run_and_close, args=[job.pk]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert state_of(job) == State.DONE
    assert files() == [job.file]


def run_and_close(pk):
    try:
        run_export(pk)
    finally:
        connection.close()


def test_an_export_that_nobody_heard_of_is_rung_for_again(ask, bells):
    job = ask()
    jobs.sweep()
    assert bells == [job.pk]
    ExportJob.objects.update(rung_at=timezone.now() - timedelta(minutes=2))
    jobs.sweep()
    jobs.sweep()
    assert bells == [job.pk, job.pk]


def at_the_same_time(monkeypatch, module, name):
    """Two sweeps, each of which has come to the function before one of them goes on."""
    usual, both = getattr(module, name), threading.Barrier(2, timeout=10)

    def wait(*args):
        both.wait()
        return usual(*args)

    monkeypatch.setattr(module, name, wait)
    threads = [threading.Thread(target=sweep_and_close) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def sweep_and_close():
    try:
        tasks.sweep()
    finally:
        connection.close()


def test_two_sweeps_at_once_ring_once(ask, bells, monkeypatch):
    job = ask()
    ExportJob.objects.update(rung_at=timezone.now() - timedelta(minutes=2))
    at_the_same_time(monkeypatch, jobs, "ring")
    assert bells == [job.pk, job.pk]


def test_two_sweeps_at_once_count_a_dead_worker_once(ask, monkeypatch):
    job = ask()
    jobs.take(job.pk, "dead")
    grow_silent(job)
    at_the_same_time(monkeypatch, jobs, "give_to_another")
    assert (state_of(job), job.attempts) == (State.QUEUED, 1)


def test_two_sweeps_at_once_repeat_an_export_once(user, monkeypatch):
    selection = CallFilter.for_user(QueryDict(), user)
    schedules.repeat(selection, Choice(FORMATS["csv"]), user, "day", skip_empty=False)
    ExportSchedule.objects.update(next_at=timezone.now() - timedelta(minutes=1))
    at_the_same_time(monkeypatch, schedules, "next_time")
    assert ExportJob.objects.count() == 1


def test_an_export_whose_worker_died_is_given_to_another(ask, bells):
    job = ask()
    jobs.take(job.pk, "dead")
    jobs.sweep()
    assert state_of(job) == State.RUNNING
    grow_silent(job)
    jobs.sweep()
    assert (state_of(job), job.attempts) == (State.QUEUED, 1)
    assert bells == [job.pk, job.pk]
    run_export(job.pk)
    assert state_of(job) == State.DONE


def test_an_export_that_kills_its_workers_fails_in_the_end(ask):
    job = ask()
    for number in range(jobs.MOST_ATTEMPTS):
        assert jobs.take(job.pk, f"dead {number}")
        grow_silent(job)
        jobs.sweep()
    assert state_of(job) == State.FAILED
    assert "it may lack memory" in job.reason


def test_a_worker_that_was_taken_for_dead_leaves_nothing(ask, monkeypatch):
    job = ask()
    usual = run.write_file

    def slow(*args):
        ExportJob.objects.update(owner="another")
        return usual(*args)

    monkeypatch.setattr(run, "write_file", slow)
    run_export(job.pk)
    assert (state_of(job), job.owner) == (State.RUNNING, "another")
    assert files() == []


def stop_midway(monkeypatch, act):
    """Call `act` once, when the first calls have been written."""
    usual, done = Output.write, []

    def write(self, data, rows=0):
        usual(self, data, rows)
        if rows and not done:
            done.append(True)
            act()

    monkeypatch.setattr(Output, "write", write)


def test_what_is_cancelled_midway_leaves_no_file(ask, monkeypatch):
    make_call()
    job = ask()
    stop_midway(monkeypatch, lambda: jobs.cancel(job))
    run_export(job.pk)
    assert state_of(job) == State.CANCELLED
    assert files() == []


def test_cancel_ends_even_a_long_statement_within_two_seconds(ask, monkeypatch):
    make_call()
    job = ask()
    slow = {
        "sqlite": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
        "postgresql": "SELECT pg_sleep(60)",
    }

    def write(table, *args):
        with table.connection.cursor() as cursor:
            cursor.execute(slow[connection.vendor])

    monkeypatch.setattr("exports.files.write", write)
    thread = threading.Thread(target=run_and_close, args=[job.pk])
    thread.start()
    while state_of(job) != State.RUNNING:
        time.sleep(0.05)
    time.sleep(0.5)
    began = time.monotonic()
    jobs.cancel(job)
    thread.join(timeout=10)
    assert time.monotonic() - began < 2
    assert state_of(job) == State.CANCELLED
    assert files() == []


def test_a_time_limit_for_pages_ends_no_export(ask, monkeypatch):
    monkeypatch.setenv("PGOPTIONS", "-c statement_timeout=500")
    slow = {"sqlite": "SELECT 1", "postgresql": "SELECT pg_sleep(1)"}  # SQLite has no such limit

    def write(table, *args):
        with table.connection.cursor() as cursor:
            cursor.execute(slow[connection.vendor])

    monkeypatch.setattr("exports.files.write", write)
    job = ask()
    run_export(job.pk)
    assert state_of(job) == State.DONE


def test_who_interrupts_an_export_that_is_over_meets_no_error(ask, monkeypatch):
    interrupts, usual = [], Pulse.began

    def began(self, total, output, interrupt):
        interrupts.append(interrupt)
        usual(self, total, output, interrupt)

    monkeypatch.setattr(Pulse, "began", began)
    job = ask()
    run_export(job.pk)
    interrupts[0]()
    assert state_of(job) == State.DONE


def test_what_is_deleted_midway_leaves_no_file(ask, monkeypatch):
    make_call()
    job = ask()
    stop_midway(monkeypatch, lambda: jobs.delete(ExportJob.objects.get()))
    run_export(job.pk)
    assert files() == []


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full."),
        (OSError(errno.EACCES, "Permission denied"), "The file could not be written: Permission denied."),
        (RuntimeError("?"), "Something broke on our side (RuntimeError)."),
    ],
)
def test_a_failure_says_why_and_leaves_no_file(ask, monkeypatch, error, reason):
    def fail():
        raise error

    make_call()
    job = ask()
    stop_midway(monkeypatch, fail)
    run_export(job.pk)
    assert state_of(job) == State.FAILED
    assert job.reason.startswith(reason)
    assert files() == []


def test_more_calls_than_the_limit_fail_with_the_number(ask, settings):
    settings.EXPORT_MAX_ROWS = 1
    make_call()
    make_call()
    job = ask()
    run_export(job.pk)
    assert state_of(job) == State.FAILED
    assert job.reason.startswith("The selection has 2 calls, and an export may have 1.")


def test_a_text_that_a_workbook_cannot_hold_is_told_and_not_cut(ask):
    make_call(transcript="word " * 10_000)
    job = ask(format="xlsx")
    run_export(job.pk)
    assert state_of(job) == State.FAILED
    assert job.reason.startswith("A cell of a workbook holds 32,767 characters, and the transcript of call 1 has")


def test_an_assistant_that_is_gone_by_then_is_told(ask):
    assistant = make_assistant()
    job = ask(f"assistant={assistant.pk}")
    Assistant.objects.all().delete()
    run_export(job.pk)
    assert state_of(job) == State.FAILED
    assert job.reason.startswith("The selection can no longer be read: assistant:")


def test_the_days_are_those_of_the_request(ask):
    six_days_ago = timezone.now() - timedelta(days=6)
    make_call(started_at=six_days_ago - timedelta(days=6))
    job = ask("period=7d")
    run_export(job.pk)
    assert (state_of(job), job.rows_done) == (State.DONE, 0)
    ExportJob.objects.update(state=State.QUEUED, created_at=six_days_ago)
    run_export(job.pk)
    assert (state_of(job), job.rows_done) == (State.DONE, 1)


def test_rights_are_those_of_the_run(ask):
    viewer = make_user()
    assistant = make_assistant(viewers=(viewer,))
    make_call(assistant=assistant)
    job = ask(user=viewer)
    assistant.viewers.clear()
    run_export(job.pk)
    assert (state_of(job), job.rows_done) == (State.DONE, 0)


def test_who_may_no_longer_sign_in_gets_no_file(ask, user):
    job = ask()
    user.is_active = False
    user.save()
    run_export(job.pk)
    assert state_of(job) == State.FAILED


def test_what_has_expired_is_deleted(ask):
    job, kept = ask(), ask()
    for one in (job, kept):
        run_export(one.pk)
    ExportJob.objects.filter(pk=job.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    jobs.sweep()
    assert (state_of(job), state_of(kept)) == (State.EXPIRED, State.DONE)
    assert files() == [kept.file]


def test_files_that_no_export_knows_are_deleted_after_a_day(ask, monkeypatch):
    job = ask()
    run_export(job.pk)
    state_of(job)
    default_storage.save("exports/orphan.csv", default_storage.open(job.file))
    (storing.drafts() / "left").mkdir()
    (storing.drafts() / "left" / "draft.csv").touch()
    storing.delete_orphans()
    assert len(files()) == 3
    monkeypatch.setattr(storing, "ORPHAN_AGE", timedelta(0))
    storing.delete_orphans()
    assert files() == [job.file]
