"""What tests of real processes need."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import connection


def database_url():
    """The address of the database of the running test, for other processes."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"{settings.DATABASE_URL.rpartition('/')[0]}/{name}"


@contextmanager
def process(*arguments, **environment):
    """A Python process in the project; killed at the end if it still runs."""
    started = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield started
    finally:
        started.kill()
        # pytest shows it when the test fails.
        print(*started.communicate(), sep="\n")


def wait_until(condition, *, seconds=30):
    """The first truthy value of `condition()`. Fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited {seconds} seconds in vain"
        time.sleep(0.05)
    return value


def children(pid):
    """All living descendants of a process."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, fields = status.read_text().rsplit(")", 1)
        except OSError:
            continue
        if fields.split()[0] != "Z":
            parents[int(name.split()[0])] = int(fields.split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def kill_with_children(parent):
    """As the kernel does it: nobody is told."""
    for pid in (parent.pid, *children(parent.pid)):
        with suppress(ProcessLookupError):  # some end by themselves when their parent is gone
            os.kill(pid, signal.SIGKILL)


def arguments(pid):
    """What the process was started with; nothing of one that is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return []


def is_running(pid):
    """Whether the process lives; one that ended but was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
