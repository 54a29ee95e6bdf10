"""Webhooks through real processes: whatever ends or is away, what was answered with 2xx becomes its call, once."""

import json
import os
import threading
import urllib.error
import urllib.request
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings as site
from django.db import connection
from django.utils import timezone

from callmon.celery import app
from callmon.testing.services import free_port
from callmon.tests.processes import database_url, kill_with_children, process, wait_until
from calls.ingest import processing
from calls.ingest.models import Delivery
from calls.models import Call

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "a secret of the tests"
WORKER = ("-m", "celery", "--quiet", "--app", "callmon", "worker", "--concurrency", "1")
SITE = ("-m", "gunicorn", "callmon.wsgi", "--worker-class", "gthread", "--threads", "4", "--no-control-socket")


@pytest.fixture(autouse=True)
def empty_queue():
    yield
    with app.connection_for_write() as broker:
        app.amqp.queues[app.conf.task_default_queue](broker.default_channel).purge()


def environment(**others):
    return {"DATABASE_URL": database_url(), "WEBHOOK_CALLMON_SECRET": SECRET, **others}


@contextmanager
def running_site(workers=1, **others):
    """A site that takes deliveries; the address to send them to."""
    port = free_port()
    address = f"http://127.0.0.1:{port}/webhooks/callmon/{SECRET.replace(' ', '%20')}/"
    command = (*SITE, "--workers", str(workers), "--bind", f"127.0.0.1:{port}")
    with process(*command, **environment(**others)):
        wait_until(lambda: send(address, "warm-up") == 200)
        yield address


def running_worker(**others):
    return process(*WORKER, **environment(**others))


def send(address, name, **fields):
    """The status of the answer, 0 for none."""
    call = {"id": name, "status": "completed", "started_at": "2026-11-20T14:03:11Z"} | fields
    request = urllib.request.Request(address, json.dumps(call).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def send_many(address, names):
    """The names that were answered with 2xx."""
    return [name for name in names if send(address, name) == 200]


def kept_once(accepted):
    """Whether every accepted delivery is a call, and none is two."""
    found = Counter(Call.objects.values_list("external_id", flat=True))
    return set(accepted) <= set(found) and set(found.values()) <= {1}


def grow_old():
    """As if the worker of what waits had been silent for long."""
    Delivery.objects.filter(state="waiting").exclude(heartbeat_at=None).update(
        heartbeat_at=timezone.now() - timedelta(minutes=5)
    )


def test_what_is_sent_becomes_a_call_by_a_worker():
    with running_site() as address, running_worker():
        accepted = send_many(address, [f"c-{number}" for number in range(20)])
        wait_until(lambda: kept_once(accepted))
    assert len(accepted) == 20


def test_a_worker_that_is_killed_loses_nothing():
    with running_site() as address:
        accepted = send_many(address, [f"c-{number}" for number in range(400)])
        with running_worker() as worker:
            wait_until(lambda: Call.objects.count() > 1)
            kill_with_children(worker)
    grow_old()
    with running_worker():
        processing.bell.ring()
        wait_until(lambda: kept_once(accepted))
    assert (len(accepted), Delivery.objects.filter(state="waiting").count()) == (400, 0)


@pytest.mark.skipif(not site.DATABASES["default"]["ENGINE"].endswith("sqlite3"), reason="SQLite only")
def test_a_full_disk_refuses_with_503_and_what_is_sent_again_is_kept(client, settings):
    settings.WEBHOOK_SECRETS = {"callmon": [SECRET]}
    address = f"/webhooks/callmon/{SECRET}/"

    def post(number):
        call = {"id": f"c-{number}", "status": "completed", "started_at": "2026-11-20T14:03:11Z", "metadata": {}}
        call["metadata"]["noise"] = os.urandom(60_000).hex()
        return client.post(address, json.dumps(call), content_type="application/json").status_code

    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # earlier tests leave free pages behind
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count={pages + 60}")
        statuses = [post(number) for number in range(12)]
        cursor.execute("PRAGMA max_page_count=1073741823")
    assert set(statuses) == {200, 503}
    assert post(99) == 200
    assert processing.process_waiting() == statuses.count(200) + 1
    assert Call.objects.count() == statuses.count(200) + 1


def test_four_processes_and_an_export_do_not_lock_each_other_out():
    sent = []

    def deliver(sender):
        sent.extend(send(address, f"{sender}-{number}") for number in range(250))

    with running_site(workers=4) as address, running_worker(), running_worker():
        threads = [threading.Thread(target=deliver, args=(sender,)) for sender in range(4)]
        for thread in threads:
            thread.start()
        path = site.DATA_DIR / "beside.csv"
        command = ("manage.py", "export_calls", "--format", "csv", "--query", "", "--output", str(path))
        while any(thread.is_alive() for thread in threads):
            with process(*command, **environment()) as export:
                output, errors = export.communicate()
                assert (export.returncode, "locked" in errors) == (0, False), errors
        for thread in threads:
            thread.join()
        wait_until(lambda: Call.objects.count() == 1001, seconds=120)
    assert Counter(sent) == {200: 1000}
    assert not Delivery.objects.filter(reason__contains="locked").exists()
