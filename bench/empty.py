"""Databases without calls, for what fills them."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from pathlib import Path

import psycopg2

from bench.databases import PROJECT, Database
from bench.payloads import SECRET
from callmon.testing.services import redis_server

NUMBERS = itertools.count(1)


@contextmanager
def empty(database: Database) -> Iterator[dict[str, str]]:
    """The environment of a new database without calls, gone afterwards."""
    name = f"callmon_bench_intake_{os.getpid()}_{next(NUMBERS)}"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="callmon-bench-")))
        url = f"sqlite:///{folder / 'callmon.sqlite3'}"
        if database.server_url:
            stack.enter_context(postgresql_database(database.server_url, name))
            url = f"{database.server_url}/{name}"
        redis = stack.enter_context(redis_server() if database.server_url else nullcontext(""))
        environment = database.environment() | {"DATA_DIR": str(folder), "DATABASE_URL": url, "REDIS_URL": redis}
        environment |= {"WEBHOOK_VAPI_SECRET": SECRET, "PGOPTIONS": ""}
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=PROJECT, env=environment, check=True)
        yield environment


@contextmanager
def postgresql_database(server_url: str, name: str) -> Iterator[None]:
    with closing(psycopg2.connect(f"{server_url}/postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
            yield
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
