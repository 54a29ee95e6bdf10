"""Servers of our own that end and come back while deliveries arrive: none that was answered with 2xx is lost."""

import os
import pwd
import signal
import subprocess
import threading
from contextlib import closing, contextmanager

import psycopg2
import pytest
from django.conf import settings as site

from callmon.testing.services import find_postgresql, postgresql, redis_server
from callmon.tests.processes import process, wait_until
from callmon.tests.test_webhooks_by_workers import kept_once, running_site, running_worker, send

SENDERS = 2


@contextmanager
def sending(address):
    """Deliveries that are sent one after another until the end of the block; the names of those that were taken."""
    accepted, is_over = [], threading.Event()

    def run(sender):
        number = 0
        while not is_over.is_set():
            name, number = f"{sender}-{number}", number + 1
            if send(address, name) == 200:
                accepted.append(name)

    threads = [threading.Thread(target=run, args=(sender,)) for sender in range(SENDERS)]
    for thread in threads:
        thread.start()
    try:
        yield accepted
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


@pytest.mark.django_db(transaction=True)
def test_redis_restarts():
    with redis_server() as redis:
        port = int(redis.rpartition(":")[2])
        with running_site(REDIS_URL=redis) as address, running_worker(REDIS_URL=redis), sending(address) as accepted:
            wait_until(lambda: len(accepted) > 20)
            os.kill(redis_pid(port), signal.SIGKILL)
            before = len(accepted)
            wait_until(lambda: len(accepted) > before + 20)  # nobody waits for it
            with redis_server(port):
                before = len(accepted)
                wait_until(lambda: len(accepted) > before + 20)
                names = list(accepted)
                wait_until(lambda: kept_once(names))


@pytest.mark.skipif(not site.DATABASES["default"]["ENGINE"].endswith("sqlite3"), reason="its server is its own")
def test_postgresql_restarts():
    with postgresql("synchronous_commit=on") as url:  # what was answered is on disk
        with process("manage.py", "migrate", "-v0", DATABASE_URL=url) as migration:
            assert migration.wait() == 0
        servers = {"DATABASE_URL": url, "WEBHOOK_CALLMON_SECRET": "a secret of the tests"}
        with running_site(**servers) as address, running_worker(**servers), sending(address) as accepted:
            wait_until(lambda: len(accepted) > 20)
            with restarted(url):
                before = len(accepted)
                wait_until(lambda: len(accepted) > before + 20)
                names = set(accepted)
                wait_until(lambda: names <= set(calls_in(url)))


@contextmanager
def restarted(url):
    """The server after it was stopped in the middle of everything, until the end of the block."""
    with closing(psycopg2.connect(url)) as server, server.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        (data,) = cursor.fetchone()
    control(data, "restart", "-m", "immediate", "-l", f"{data}/log")
    try:
        yield
    finally:
        control(data, "stop", "-m", "immediate")


def control(data, *arguments):
    user = pwd.getpwuid(os.stat(data).st_uid).pw_name if os.geteuid() == 0 else None
    command = [find_postgresql() / "pg_ctl", "-D", data, "-s", "-w", *arguments]
    subprocess.run(command, user=user, cwd="/", check=True, stdout=subprocess.DEVNULL)


def calls_in(url):
    with closing(psycopg2.connect(url)) as server, server.cursor() as cursor:
        cursor.execute("SELECT external_id FROM calls_call")
        return [name for (name,) in cursor.fetchall()]


def redis_pid(port):
    for pid in os.listdir("/proc"):
        if pid.isdigit() and str(port) in command_of(pid) and "redis-server" in command_of(pid):
            return int(pid)
    raise AssertionError("no Redis")


def command_of(pid):
    try:
        with open(f"/proc/{pid}/cmdline") as file:
            return file.read()
    except OSError:
        return ""
