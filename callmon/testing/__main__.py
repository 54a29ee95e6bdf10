"""All tests: on SQLite, on PostgreSQL with Redis, in Chromium. What could not be run is named at the end."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

from callmon.testing.services import find_chromium, find_postgresql, find_redis, postgresql, redis_server

# What the suites need: how to find it, and the Debian package it comes in.
TOOLS: dict[str, tuple[Callable[[], object], str]] = {
    "PostgreSQL": (find_postgresql, "postgresql"),
    "Redis": (find_redis, "redis-server"),
    "Chromium": (find_chromium, "chromium"),
}
PROCESSES = "2"


def main() -> int:
    install_missing()
    suites: dict[str, Callable[[], int]] = {
        "SQLite": lambda: pytest("-m", "not browser"),
        "PostgreSQL with Redis": pytest_with_services,
        "Chromium": lambda: pytest("-m", "browser"),
    }
    needs = {"PostgreSQL with Redis": ("PostgreSQL", "Redis"), "Chromium": ("Chromium",)}
    outcomes = {name: outcome(name, run, needs.get(name, ())) for name, run in suites.items()}
    print("\n" + "\n".join(f"{name + ':':<24}{words}" for name, (words, _) in outcomes.items()), flush=True)
    return 0 if all(is_good for _, is_good in outcomes.values()) else 1


def outcome(name: str, run: Callable[[], int], needs: tuple[str, ...]) -> tuple[str, bool]:
    """What became of a suite, in words, and whether that is good enough."""
    missing = [tool for tool in needs if not TOOLS[tool][0]()]
    if missing:
        return f"NOT RUN, {' and '.join(missing)} not found", os.environ.get("CI") != "true"
    print(f"\n=== {name}", flush=True)
    began = time.monotonic()
    code = run()
    return f"{'FAILED' if code else 'passed'} in {time.monotonic() - began:.0f} seconds", code == 0


def pytest(*arguments: str, environment: Mapping[str, str] | None = None) -> int:
    """Run the tests in a process of their own. Settings of the caller do not reach them."""
    base = {**os.environ, "DATABASE_URL": "", "REDIS_URL": ""}
    command = [sys.executable, "-m", "pytest", "-q", "-n", PROCESSES, "--dist", "loadgroup", *arguments]
    return subprocess.run(command, env={**base, **(environment or {})}, check=False).returncode


def pytest_with_services() -> int:
    with postgresql() as database_url, redis_server() as redis_url:
        return pytest("-m", "not browser", environment={"DATABASE_URL": database_url, "REDIS_URL": redis_url})


def install_missing() -> None:
    """As root on Debian, install what is not there. Whatever fails is named at the end as not found."""
    packages = [package for find, package in TOOLS.values() if not find()]
    if not packages or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"Installing {', '.join(packages)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", "-qq", *command], env=environment, stdout=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    sys.exit(main())
