"""PostgreSQL and Redis on free ports of this machine, in temporary folders, gone afterwards."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import redis

from callmon.supervisor import end_with_parent

Command = list[str | Path]

START_SECONDS = 30

# Fast and forgetful: a crash of the machine may lose everything.
POSTGRESQL_OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=127.0.0.1")


def find_postgresql() -> Path | None:
    """The folder of initdb and postgres, of the newest version; None when there is none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    if on_path := shutil.which("initdb"):
        folders.insert(0, Path(on_path).resolve().parent)
    return next((folder for folder in reversed(folders) if (folder / "postgres").exists()), None)


def find_redis() -> str | None:
    return shutil.which("redis-server")


def find_chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def postgresql(*options: str) -> Iterator[str]:
    """The address of a database server, with `options` such as "shared_buffers=1GB"."""
    binaries = find_postgresql()
    if binaries is None:
        raise FileNotFoundError("PostgreSQL is not installed")
    # It refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    with temporary_folder(user) as folder:
        data, port = folder / "data", free_port()
        initdb: Command = [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run([*initdb, "--locale=C.UTF-8"], user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        command: Command = [binaries / "postgres", "-D", data, "-p", str(port), "-k", folder]
        for option in (*POSTGRESQL_OPTIONS, *options):
            command += ["-c", option]
        url = f"postgres://postgres@127.0.0.1:{port}/postgres"
        with server(command, folder, user=user, answers=lambda: psycopg2.connect(url).close()):
            yield url


@contextmanager
def redis_server(port: int = 0) -> Iterator[str]:
    """The address of a Redis that keeps nothing on disk, at a port of its own where none is given."""
    binary = find_redis()
    if binary is None:
        raise FileNotFoundError("Redis is not installed")
    with temporary_folder() as folder:
        port = port or free_port()
        command: Command = [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        url = f"redis://127.0.0.1:{port}"
        with server(command, folder, answers=redis.Redis.from_url(url).ping):
            yield url


@contextmanager
def temporary_folder(owner: str | None = None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="callmon-") as folder:
        if owner:
            shutil.chown(folder, owner)
        yield Path(folder)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextmanager
def server(command: Command, folder: Path, *, answers: Callable[[], object], user: str | None = None) -> Iterator[None]:
    """Run the command until the end of the block, from the moment that `answers` does not raise."""
    log = folder / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, user=user, cwd=folder, stdout=output, stderr=output, preexec_fn=end_with_parent()
        )
    try:
        wait_for(answers, process, log)
        yield
    finally:
        # To PostgreSQL: do not wait for clients.
        process.send_signal(signal.SIGINT)
        process.wait()


def wait_for(answers: Callable[[], object], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            answers()
        except (psycopg2.Error, redis.RedisError) as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{log.read_text()}\n{process.args!r} does not start") from error
            time.sleep(0.05)
        else:
            return
