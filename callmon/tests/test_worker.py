"""A task goes through the broker (Redis when there is one, the embedded one otherwise) to a worker process."""

import os

import pytest

from callmon.models import Heartbeat
from callmon.tasks import heartbeat
from callmon.tests.processes import children, database_url, process, wait_until

WORKER = ("-m", "celery", "--quiet", "--app", "callmon", "worker", "--concurrency", "1")


@pytest.mark.django_db(transaction=True)
def test_a_worker_does_what_was_sent():
    with process(*WORKER, DATABASE_URL=database_url()) as worker:
        # Its own first heartbeat tells that it is there.
        wait_until(Heartbeat.objects.exists)
        niceness = [os.getpriority(os.PRIO_PROCESS, pid) for pid in children(worker.pid)]
        assert niceness
        assert min(niceness) > os.getpriority(os.PRIO_PROCESS, 0)  # the site goes first
        Heartbeat.objects.all().delete()
        heartbeat.delay()
        wait_until(Heartbeat.objects.exists)
        worker.terminate()
        assert worker.wait(timeout=10) == 0


@pytest.mark.django_db(transaction=True)
def test_a_worker_does_what_was_sent_before_it_started():
    heartbeat.delay()
    with process(*WORKER, DATABASE_URL=database_url()):
        wait_until(Heartbeat.objects.exists)
