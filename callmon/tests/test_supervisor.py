"""All processes or none."""

import json
import os
import signal

import pytest

from callmon.tests.processes import children, is_running, process, wait_until

SLEEP = ["sleep", "60"]
# Ends only by a kill, and has a child of its own.
STUBBORN = ["sh", "-c", "trap '' TERM; sleep 60 & while true; do sleep 1; done"]


def supervise(commands, *, grace_seconds=10, late="lambda ask: ask"):
    code = (
        # The tests may run under nohup, where a hangup is ignored.
        "import signal, sys, time; signal.signal(signal.SIGHUP, signal.SIG_DFL); from callmon import supervisor; "
        f"supervisor.GRACE_SECONDS = {grace_seconds}; "
        f"late, end_with_parent = {late}, supervisor.end_with_parent; "
        "supervisor.end_with_parent = lambda: late(end_with_parent()); "
        f"sys.exit(supervisor.run_together({json.dumps(commands)}))"
    )
    return process("-c", code)


# Hold a new child up before it asks to end with its parent, or between that and becoming the command.
LATE_TO_ASK = "lambda ask: lambda: (time.sleep(0.5), ask())"
LATE_TO_BECOME_THE_COMMAND = "lambda ask: lambda: (ask(), time.sleep(0.5))"


def started(supervisor, count):
    return wait_until(lambda: len(found := children(supervisor.pid)) >= count and found)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all(number):
    with supervise({"one": SLEEP, "two": SLEEP}) as supervisor:
        pids = started(supervisor, 2)
        supervisor.send_signal(number)
        assert supervisor.wait(timeout=10) == 0
        assert not any(map(is_running, pids))


def test_it_stops_all_when_one_dies():
    with supervise({"web server": SLEEP, "worker": SLEEP}) as supervisor:
        pids = started(supervisor, 2)
        os.kill(min(pids), signal.SIGKILL)
        assert supervisor.wait(timeout=10) == 1
        assert supervisor.stderr.read() == "callmon: the web server ended (SIGKILL), stopping\n"
        assert not any(map(is_running, pids))


def test_it_stops_all_when_one_ends_well():
    with supervise({"web server": SLEEP, "worker": ["true"]}) as supervisor:
        assert supervisor.wait(timeout=10) == 1
        assert supervisor.stderr.read() == "callmon: the worker ended (exit code 0), stopping\n"


def test_it_kills_what_does_not_stop_with_its_children():
    with supervise({"one": STUBBORN}, grace_seconds=0.5) as supervisor:
        pids = started(supervisor, 3)
        supervisor.send_signal(signal.SIGINT)
        assert supervisor.wait(timeout=10) == 0
        assert not any(map(is_running, pids))


def test_nothing_outlives_a_killed_supervisor():
    with supervise({"one": SLEEP, "two": SLEEP}) as supervisor:
        pids = started(supervisor, 2)
        supervisor.kill()
        wait_until(lambda: not any(map(is_running, pids)))


@pytest.mark.parametrize("late", [LATE_TO_ASK, LATE_TO_BECOME_THE_COMMAND])
def test_nothing_outlives_a_supervisor_that_is_killed_while_it_starts_a_command(late):
    with supervise({"one": SLEEP}, late=late) as supervisor:
        (pid,) = started(supervisor, 1)
        supervisor.kill()
        wait_until(lambda: not is_running(pid), seconds=5)


def test_a_command_that_cannot_start_leaves_none():
    with supervise({"one": SLEEP, "two": ["/nonexistent"]}) as supervisor:
        assert supervisor.wait(timeout=10) == 1
        assert "/nonexistent" in supervisor.stderr.read()
