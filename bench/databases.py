"""The databases to measure, each in one size, and where they are kept between runs."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callmon.supervisor import end_with_parent

PROJECT = Path(__file__).resolve().parent.parent
# PostgreSQL stops a statement then: its page is named, and not measured.
GIVE_UP_SECONDS = 20
GENERATOR = ("rows.py", "phrases.py")
CACHE = PROJECT / ".cache" / "bench"


@dataclass(frozen=True)
class Database:
    """One engine with one number of calls. `server_url` is PostgreSQL's without a database, "" for SQLite."""

    engine: str
    calls: int
    server_url: str = ""

    @property
    def name(self) -> str:
        """Tells apart what was made from other tables: it ends with a digest of the schema and the generator."""
        return f"callmon_bench_{self.calls}_{digest()}"

    @property
    def folder(self) -> Path:
        """DATA_DIR: the key, the static files, and SQLite's database."""
        return CACHE / self.engine / self.name

    @property
    def url(self) -> str:
        return f"{self.server_url}/{self.name}" if self.server_url else f"sqlite:///{self.folder / 'callmon.sqlite3'}"

    def environment(self, settings: str = "callmon.settings") -> dict[str, str]:
        """The product's own defaults whatever this shell has set, on this database."""
        ours = {"PGOPTIONS": f"-c statement_timeout={GIVE_UP_SECONDS}s"}
        ours |= {"DATABASE_URL": self.url, "DATA_DIR": str(self.folder), "DJANGO_SETTINGS_MODULE": settings}
        defaults = dict.fromkeys(("REDIS_URL", "PUBLIC_URL", "TIME_ZONE", "HOST", "PORT", "STORAGE_URL"), "")
        return os.environ | defaults | ours

    def make_folder(self) -> None:
        """Also forgets what earlier schemas left."""
        for older in self.folder.parent.glob(f"{self.name.rpartition('_')[0]}_*"):
            if older != self.folder:
                shutil.rmtree(older)
        self.folder.mkdir(parents=True, exist_ok=True)

    def run(self, module: str, *arguments: str) -> Any:
        """What main() of a module of ours returns, run with Django on this database."""
        return run_inside(self.environment(), module, str(self.calls), *arguments)


def run_inside(environment: dict[str, str], module: str, *arguments: str) -> Any:
    """See bench.inside; it is a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.inside", module, *arguments],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        preexec_fn=end_with_parent(),
        check=True,
    )
    return json.loads(done.stdout)


def digest() -> str:
    """Changes with the tables, what the search installs, and the generator."""
    search = (PROJECT / "calls" / "search.py").read_text()
    sources = re.findall(r'^\w+_INSTALL = """.*?"""', search, re.DOTALL | re.MULTILINE)
    files = [*sorted((PROJECT / "calls").glob("**/migrations/*.py")), *(PROJECT / "bench" / name for name in GENERATOR)]
    return hashlib.sha256("".join([*sources, *(file.read_text() for file in files)]).encode()).hexdigest()[:8]
