"""The log page through gunicorn: ours with all calls and with a tenth of them, and the peer's, in one run.

The servers answer in turns, so that what else the machine does falls on all of them.
"""

from __future__ import annotations

import contextlib
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.databases import Database
from bench.options import Options
from bench.server import NO_ANSWER, OURS, PEER, Answer, Server, serving
from bench.table import figure, table

PATH = "/calls/"
WARM_UPS = 10
ROUNDS = 6
# A slow page is not asked as often, the peer's still less.
OUR_SECONDS = 10.0
PEER_SECONDS = 1.5
LEAST = 3

# What the log promises with a million calls.
MEDIAN_MS = 15.0
P95_MS = 30.0
GROWTH = 1.3
GZIP_KB = 40.0
QUERIES = 8
LIMITS = f"median {MEDIAN_MS} ms, p95 {P95_MS} ms, growth {GROWTH}, {GZIP_KB} kB, {QUERIES} queries"

HEAD = (
    *("page", "rows", "queries ", "SQL ms", "slowest", "median ms ", "p95 ms ", "CPU ms", "kB", "gzip kB "),
    *("smaller ms", "growth ", "peer ms", "peer p95", "peer/ours"),
)


@dataclass
class Series:
    """The answers of one server to one question."""

    server: Server
    path: str
    cookie: str
    limit_seconds: float = OUR_SECONDS
    times: list[float] = field(default_factory=list)
    cpu_ms: float = 0

    def warm_up(self) -> Answer:
        answer = self.server.get(self.path, self.cookie, weigh=True)
        if answer is NO_ANSWER:
            self.times.append(answer.ms)  # not to be asked again
        elif answer.ms * WARM_UPS < self.limit_seconds * 1000:
            for _ in range(WARM_UPS - 1):
                self.server.get(self.path, self.cookie)
        return answer

    def measure(self, times: int) -> None:
        before = self.server.cpu_ms()
        for _ in range(times):
            if self.has_enough:
                break
            self.times.append(self.server.get(self.path, self.cookie).ms)
        self.cpu_ms += self.server.cpu_ms() - before

    @property
    def has_enough(self) -> bool:
        spent_ms = sum(self.times)
        return math.isinf(spent_ms) or (len(self.times) >= LEAST and spent_ms > self.limit_seconds * 1000)

    @property
    def cpu(self) -> float:
        """Milliseconds of the worker's own work in one request, which other load on the machine does not change."""
        return self.cpu_ms / len(self.times)

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        return sorted(self.times)[math.ceil(0.95 * len(self.times)) - 1]


@dataclass
class Measured:
    """One case with its series; `facts` is what bench.inspect_pages found."""

    facts: dict[str, Any]
    ours: Series
    smaller: Series | None
    peer: Series | None
    size: int = 0
    gzip_size: int = 0

    @property
    def all_series(self) -> list[Series]:
        return [series for series in (self.ours, self.smaller, self.peer) if series]

    def warm_up(self) -> None:
        answers = [series.warm_up() for series in self.all_series]
        self.size, self.gzip_size = answers[0].size, answers[0].gzip_size

    @property
    def growth(self) -> float | None:
        return self.ours.median / self.smaller.median if self.smaller else None

    @property
    def is_slow(self) -> bool:
        return self.ours.median > MEDIAN_MS or self.ours.p95 > P95_MS or (self.growth or 0) > GROWTH

    def row(self) -> list[str]:
        facts, peer = self.facts, self.peer
        return [
            *(facts["name"], figure(facts["rows"]), figure(facts["queries"], over=QUERIES)),
            *(figure(facts["sql_ms"]), figure(facts["slowest_ms"])),
            *(figure(self.ours.median, over=MEDIAN_MS), figure(self.ours.p95, over=P95_MS)),
            *(figure(self.ours.cpu), figure(self.size / 1000), figure(self.gzip_size / 1000, over=GZIP_KB)),
            *(figure(self.smaller.median if self.smaller else None), figure(self.growth, over=GROWTH)),
            *(figure(peer.median if peer else None), figure(peer.p95 if peer else None)),
            figure(peer.median / self.ours.median if peer else None),
        ]


def run(database: Database, smaller: Database | None, options: Options) -> None:
    with contextlib.ExitStack() as stack:
        servers = {"ours": stack.enter_context(serving(database, *OURS))}
        if smaller:
            servers["smaller"] = stack.enter_context(serving(smaller, *OURS))
        if options.peer:
            servers["peer"] = stack.enter_context(serving(database, *PEER))
        measured = prepare(database, smaller, servers, options.cases)
        measure(measured, options.requests)
        memory = {name: server.peak_memory_bytes() for name, server in servers.items()}
    show(database, smaller, measured, memory)
    if options.explain:
        explain(measured)


def prepare(database: Database, smaller: Database | None, servers: dict[str, Server], only: str) -> list[Measured]:
    """The cases by what each size of the log answers: the same questions lead to other links and cookies."""
    large = database.run("bench.inspect_pages", only)
    small = smaller.run("bench.inspect_pages", only) if smaller else [None] * len(large)
    return [
        Measured(
            facts,
            Series(servers["ours"], f"{PATH}?{facts['query']}", facts["cookie"]),
            Series(servers["smaller"], f"{PATH}?{other['query']}", other["cookie"]) if other else None,
            peer_series(servers.get("peer"), facts),
        )
        for facts, other in zip(large, small, strict=True)
        if facts
    ]


def peer_series(server: Server | None, facts: dict[str, Any]) -> Series | None:
    if not server or facts["peer"] is None:
        return None
    return Series(server, f"{PATH}?{facts['peer']}", facts["cookie"], PEER_SECONDS)


def measure(measured: Sequence[Measured], requests: int) -> None:
    for case in measured:
        case.warm_up()
    for _ in range(ROUNDS):
        for case in measured:
            for series in case.all_series:
                series.measure(max(requests // ROUNDS, 1))


def show(
    database: Database, smaller: Database | None, measured: Sequence[Measured], memory: dict[str, int | None]
) -> None:
    others = f", growth from {smaller.calls:,} calls" if smaller else ""
    print(f"\n{PATH} on {database.engine}, {database.calls:,} calls{others}\n")
    print(table(HEAD, [case.row() for case in measured]))
    peaks = ", ".join(f"{name} {figure(peak / 1e6)} MB" for name, peak in memory.items() if peak)
    print(f"\n{sum(case.is_slow for case in measured)} of {len(measured)} pages are over a limit (marked !: {LIMITS}).")
    print(f"Peak memory of a server, the parts of files that it has mapped included: {peaks}.", flush=True)


def explain(measured: Sequence[Measured]) -> None:
    for case in measured:
        if case.is_slow and case.facts["plan"]:
            print(f"\n{case.facts['name']}: ?{case.facts['query']}\n{case.facts['plan']}")
