"""Redis goes away and comes back: the site answers, says so, and the export is made afterwards."""

import json
import os
import subprocess
import sys
import time

import pytest
import redis
from django.conf import settings

from callmon.testing.services import find_redis, free_port, server
from callmon.tests.processes import database_url, process, wait_until
from calls.tests.factory import make_call, make_user
from exports.models import ExportJob, State

pytestmark = pytest.mark.django_db(transaction=True)

ASK = """
import django, json
django.setup()
from django.contrib.auth.models import User
from django.test import Client
client = Client(SERVER_NAME="127.0.0.1", headers={"Accept": "application/json"})
client.force_login(User.objects.get())
asked = client.post("/exports/", {"format": "csv"})
page = client.get("/exports/")
print(json.dumps([asked.status_code, page.json()["exports"][0]["reason"]]))
"""
SWEEP = "import django; django.setup(); from exports.tasks import sweep; sweep()"
WORKER = ("-m", "celery", "--quiet", "--app", "callmon", "worker", "--concurrency", "1")


def answer(script, **environment):
    """What a process with these settings prints, as JSON; None for nothing."""
    command, environment = [sys.executable, "-c", script], {**os.environ, **environment}
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout or "null")


def test_an_export_is_made_when_redis_is_back(tmp_path):
    if not find_redis():
        pytest.skip("Redis that comes back was not tested: redis-server is not installed")
    make_user("ann", sees_all=True)
    make_call()
    port = free_port()
    url = f"redis://127.0.0.1:{port}"
    site = {"DATABASE_URL": database_url(), "REDIS_URL": url}
    began = time.monotonic()
    reason = "The queue does not answer. The export begins by itself when it is back."
    assert answer(ASK, **site) == [202, reason]
    assert time.monotonic() - began < 20  # most of it is the start of Python

    command = [find_redis(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", tmp_path]
    with server(command, tmp_path, answers=redis.Redis.from_url(url).ping), process(*WORKER, **site):
        answer(SWEEP, **site)
        wait_until(lambda: ExportJob.objects.get().state == State.DONE)
