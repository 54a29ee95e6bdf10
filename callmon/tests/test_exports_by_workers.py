"""Exports through the broker (Redis when there is one, the embedded one otherwise), by worker processes."""

import hashlib
from datetime import timedelta

import pytest
import redis
from django.conf import settings as site
from django.http import QueryDict
from django.utils import timezone

from callmon.celery import app
from callmon.tests.processes import database_url, kill_with_children, process, wait_until
from calls.filters import CallFilter
from calls.tests.factory import make_user
from exports import jobs
from exports.formats import FORMATS
from exports.models import ExportJob, State
from exports.table import Choice
from exports.tests.rows import rows_of
from exports.tests.test_sets import make_calls

pytestmark = pytest.mark.django_db(transaction=True)

WORKER = ("-m", "celery", "--quiet", "--app", "callmon", "worker", "--concurrency", "1")
CALLS = 4000


@pytest.fixture(autouse=True)
def queue_is_left_empty():
    yield
    empty_the_queue()


def empty_the_queue():
    """Redis forgets everything, the embedded broker its messages."""
    if site.REDIS_URL:
        redis.Redis.from_url(site.REDIS_URL).flushdb()
        return
    with app.connection_for_write() as broker:
        app.amqp.queues[app.conf.task_default_queue](broker.default_channel).purge()


def worker():
    return process(*WORKER, DATABASE_URL=database_url())


def ask(format):
    user = make_user(sees_all=True)
    return jobs.request_export(CallFilter.for_user(QueryDict(), user), Choice(FORMATS[format]), user)


def ended(job):
    job.refresh_from_db()
    return not job.is_active


def data_of(job):
    return (site.DATA_DIR / "files" / job.file).read_bytes()


def ids(job):
    return [row["external_id"] for row in rows_of(job.format, data_of(job))]


def grow_old(job):
    """As if nobody had heard of the export for a while."""
    long_ago = timezone.now() - timedelta(minutes=5)
    ExportJob.objects.filter(pk=job.pk).update(heartbeat_at=long_ago, rung_at=long_ago)


def test_a_worker_makes_the_file():
    make_calls(10)
    job = ask("jsonl")
    with worker():
        wait_until(lambda: ended(job))
    assert (job.state, ids(job)) == (State.DONE, [f"c-{place}" for place in range(10)])


def test_an_export_whose_worker_is_killed_is_completed_by_the_next():
    make_calls(CALLS)
    job = ask("xlsx")  # the slowest
    with worker() as first:
        wait_until(lambda: ExportJob.objects.get().rows_total)
        kill_with_children(first)
    job.refresh_from_db()
    assert (job.state, job.file) == (State.RUNNING, "")
    grow_old(job)
    with worker():
        jobs.sweep()
        wait_until(lambda: ended(job), seconds=60)
    assert (job.state, job.rows_done) == (State.DONE, CALLS)
    assert ids(job) == [f"c-{place}" for place in range(CALLS)]
    assert hashlib.sha256(data_of(job)).hexdigest() == job.sha256
    made = (site.DATA_DIR / "files/exports").glob(f"{job.uuid}*")
    assert [f"exports/{path.name}" for path in made] == [job.file]


def test_an_export_that_the_queue_lost_is_made():
    make_calls(10)
    job = ask("jsonl")
    empty_the_queue()
    grow_old(job)
    with worker():
        jobs.sweep()
        wait_until(lambda: ended(job))
    assert (job.state, ids(job)) == (State.DONE, [f"c-{place}" for place in range(10)])
