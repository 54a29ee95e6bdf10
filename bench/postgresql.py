"""A PostgreSQL server of our own, with its data kept between runs. It listens on a socket in a private folder only."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from bench.databases import CACHE

# Debian keeps the programs of a server beside their libraries.
PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
USER = "postgres"
# What a machine of 4 GB or more would be given; all else, fsync too, as PostgreSQL comes.
OPTIONS = {"shared_buffers": "1GB", "max_wal_size": "4GB", "listen_addresses": ""}


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, the newest version's; None when PostgreSQL is not installed."""
    found = [path for place in PLACES for path in Path("/").glob(f"{place[1:]}/pg_ctl")]
    if found:
        return max(found, key=lambda path: [int(part) for part in path.parts if part.isdigit()]).parent
    on_path = shutil.which("pg_ctl")
    return Path(on_path).resolve().parent if on_path else None


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The address of a server while it runs; `folder` has its programs."""
    with tempfile.TemporaryDirectory(prefix="callmon-bench-") as sockets:
        hand_over(Path(sockets))
        data = data_folder(folder)
        options = " ".join(f"-c {name}='{value}'" for name, value in OPTIONS.items())
        start = ["--wait", "--silent", "--log", f"{data}/log", "--options", f"{options} -k {sockets}", "start"]
        run([f"{folder}/pg_ctl", "--pgdata", str(data), *start])
        try:
            yield f"postgres://{USER}@{quote(sockets, safe='')}"
        finally:
            run([f"{folder}/pg_ctl", "--pgdata", str(data), "--wait", "--silent", "--mode", "fast", "stop"])


def data_folder(programs: Path) -> Path:
    """Where the data of this version is kept; made when it is not there."""
    base = CACHE if can_reach(CACHE) else Path("/var/tmp/callmon-bench")  # noqa: S108 - a name that stays
    data = base / f"postgresql-{programs.parent.name}"
    if not (data / "PG_VERSION").exists():
        data.mkdir(parents=True, exist_ok=True)
        hand_over(data)
        making = ["--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--username", USER, "--no-sync"]
        run([f"{programs}/initdb", "--pgdata", str(data), *making])
    return data


def run(command: list[str]) -> None:
    """PostgreSQL refuses to be started by root: then its own user does."""
    identity = {"user": USER, "group": USER, "extra_groups": []} if is_root() else {}
    subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, **identity)


def is_root() -> bool:
    return os.geteuid() == 0


def hand_over(folder: Path) -> None:
    folder.chmod(0o700)
    if is_root():
        shutil.chown(folder, USER, USER)


def can_reach(folder: Path) -> bool:
    """Whether PostgreSQL's user may come to the folder: a home is often closed to others."""
    if not is_root():
        return True
    folder.mkdir(parents=True, exist_ok=True)
    return all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents))
