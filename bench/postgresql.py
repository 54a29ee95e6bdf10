"""A PostgreSQL server of our own, with its data kept between runs. It listens on a socket in a private folder only."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg2

from bench.databases import CACHE
from callmon.testing.services import server, temporary_folder

USER = "postgres"
# What a machine of 4 GB or more would be given; all else, fsync too, as PostgreSQL comes.
OPTIONS = ("shared_buffers=1GB", "max_wal_size=4GB", "listen_addresses=")


@contextmanager
def running(programs: Path) -> Iterator[str]:
    """The address of a server while it runs; `programs` is the folder of initdb and postgres."""
    data = data_folder(programs)
    with temporary_folder(identity()) as sockets:
        command: list[str | Path] = [programs / "postgres", "-D", data, "-k", sockets]
        for option in OPTIONS:
            command += ["-c", option]
        url = f"postgres://{USER}@{quote(str(sockets), safe='')}"
        with server(command, sockets, user=identity(), answers=lambda: psycopg2.connect(f"{url}/postgres").close()):
            yield url


def identity() -> str | None:
    """Whom PostgreSQL runs as: it refuses to be started by root."""
    return USER if os.geteuid() == 0 else None


def data_folder(programs: Path) -> Path:
    """Where the data of this version is kept; made when it is not there."""
    base = CACHE if can_reach(CACHE) else Path("/var/tmp/callmon-bench")  # noqa: S108 - a name that stays
    data = base / f"postgresql-{programs.parent.name}"
    if not (data / "PG_VERSION").exists():
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if user := identity():
            shutil.chown(data, user)
        command: list[str | Path] = [programs / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8"]
        command += ["--locale=C.UTF-8", "--no-sync"]
        subprocess.run(command, user=identity(), cwd="/", check=True, stdout=subprocess.DEVNULL)
    return data


def can_reach(folder: Path) -> bool:
    """Whether another user may come to the folder, if there is another: a home is often closed."""
    folder.mkdir(parents=True, exist_ok=True)
    return identity() is None or all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents))
