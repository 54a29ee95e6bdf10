"""`manage.py serve`, which is `make run` after the installation."""

import http.client
import os
import re
import signal
import socket

import pytest

from callmon.testing.services import free_port
from callmon.tests.processes import arguments, children, is_running, process, wait_until

# One process of pytest-xdist runs these: the first start costs some seconds.
pytestmark = pytest.mark.xdist_group("serve")

SERVE = ("manage.py", "serve")


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    """The folder of all starts of these tests."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def first_output(data_dir):
    """What the first start printed."""
    port = free_port()
    with serve(data_dir, PORT=str(port)) as server:
        wait_until(lambda: status(port, "/health/live"), seconds=90)
        return stopped(server)[0]


def serve(data_dir, **environment):
    """Nothing set but what the test may not share."""
    unset = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "SECRET_KEY"), "")
    return process(*SERVE, **{**unset, "DATA_DIR": str(data_dir), "DEMO_CALLS": "0", **environment})


def get(port, path):
    """The response, None while nobody listens."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", path)
        return connection.getresponse()
    except ConnectionRefusedError:
        return None


def status(port, path):
    response = get(port, path)
    return response and response.status


def stopped(server):
    """Stop the server as Ctrl-C does; what it printed and its exit code."""
    pids = children(server.pid)
    server.send_signal(signal.SIGINT)
    output, errors = server.communicate(timeout=20)
    assert not any(map(is_running, pids))
    return output, errors, server.returncode


def run_and_fail(data_dir, **environment):
    """The one line of a start that fails."""
    with serve(data_dir, **environment) as server:
        output, errors = server.communicate(timeout=60)
    assert (output, server.returncode) == ("", 1)
    assert errors.count("\n") == 1
    return errors


def test_the_first_start_creates_an_administrator(first_output):
    assert re.search(r"Sign in as 'admin' with the password \S{16} \(printed only now\)", first_output)


def test_a_later_start_keeps_the_administrator(data_dir, first_output):
    port = free_port()
    with serve(data_dir, PORT=str(port), ADMIN_PASSWORD="another") as server:
        wait_until(lambda: status(port, "/health/live"))
        output, _, _ = stopped(server)
    assert "Sign in as 'admin' with the password of the first start, which is kept" in output


def test_it_serves_the_site_with_its_worker_until_ctrl_c(data_dir, first_output):
    port = free_port()
    with serve(data_dir, PORT=str(port)) as server:
        assert wait_until(lambda: status(port, "/health/live")) == 200
        response = get(port, "/calls/")
        assert (response.status, response.getheader("location")) == (302, "/accounts/login/?next=/calls/")
        wait_until(lambda: status(port, "/health/ready") == 200)
        output, errors, code = stopped(server)
    assert f"Callmon is at http://127.0.0.1:{port}\n" in output
    assert "Traceback" not in errors
    assert code == 0


def test_it_stops_when_the_worker_dies(data_dir, first_output):
    port = free_port()
    with serve(data_dir, PORT=str(port)) as server:
        wait_until(lambda: status(port, "/health/live"))
        pids = children(server.pid)
        worker = next(pid for pid in sorted(pids) if "worker" in arguments(pid))
        os.kill(worker, signal.SIGKILL)
        _, errors = server.communicate(timeout=20)
    assert "callmon: the worker ended (SIGKILL), stopping\n" in errors
    assert server.returncode == 1
    assert not any(map(is_running, pids))


def test_a_taken_port_is_one_line(data_dir):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert run_and_fail(data_dir, PORT=str(port)) == (
            f"callmon: PORT={port}: takes a free port, and something listens on 127.0.0.1:{port} already\n"
        )


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid"])
def test_a_host_of_another_machine_is_one_line(data_dir, host):
    line = run_and_fail(data_dir, HOST=host, PORT=str(free_port()))
    assert line.startswith(f"callmon: HOST='{host}': takes an address of this machine")


def test_an_unwritable_folder_is_one_line():
    line = run_and_fail("/dev/null/data")
    assert line == "callmon: DATA_DIR='/dev/null/data': takes a folder that can be written to (Not a directory)\n"


@pytest.mark.parametrize(
    ("name", "url", "takes"),
    [
        ("DATABASE_URL", "postgres://user:secret@127.0.0.1:1/calls", "takes a database that answers"),
        ("DATABASE_URL", "sqlite:////nonexistent/calls.sqlite3", "takes a database that answers"),
        ("REDIS_URL", "redis://user:secret@127.0.0.1:1/0", "takes a Redis that answers"),
    ],
    ids=["PostgreSQL", "SQLite", "Redis"],
)
def test_a_service_that_does_not_answer_is_one_line(data_dir, name, url, takes):
    line = run_and_fail(data_dir, PORT=str(free_port()), **{name: url})
    assert line.startswith(f"callmon: {name}='")
    assert takes in line
    assert "secret" not in line
