"""What calls add up to. Sums are whole numbers, so that they are exact on both databases, in any order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Aggregate, BigIntegerField, Count, F, Q, QuerySet, Sum
from django.db.models.functions import Cast
from django.db.models.sql.compiler import SQLCompiler

from calls.choices import LIVE_STATUSES, Status
from calls.models import Call
from calls.querysets import fetched
from calls.reading import Constant, unindexed

# Costs are kept with four decimals.
COST_UNITS = 10_000
# PostgreSQL reads months of calls in little more than half the time with a second process, which its guesses of costs
# keep it from; with one statement these settings hold for that alone.
WITH_HELP = """
SET LOCAL max_parallel_workers_per_gather = 1; SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0;
SET LOCAL random_page_cost = 1.1; {}
"""


@dataclass(frozen=True, slots=True)
class Totals:
    """Of a set of calls: how many by status, how many of them with talk time and with a known cost, and the sums."""

    statuses: Mapping[str, int] = field(default_factory=dict)
    talking: int = 0
    talk_ms: int = 0
    priced: int = 0
    cost_units: int = 0

    def __add__(self, other: Totals) -> Totals:
        return total((self, other))

    def __sub__(self, part: Totals) -> Totals:
        """The calls that are not in the part."""
        rest = {status: count - part.statuses.get(status, 0) for status, count in self.statuses.items()}
        return Totals(
            {status: count for status, count in rest.items() if count},
            self.talking - part.talking,
            self.talk_ms - part.talk_ms,
            self.priced - part.priced,
            self.cost_units - part.cost_units,
        )

    @property
    def calls(self) -> int:
        return sum(self.statuses.values())

    @property
    def completed(self) -> int:
        return self.statuses.get(Status.COMPLETED, 0)

    @property
    def open(self) -> int:
        """Calls that have not ended, or whose end never arrived."""
        return sum(self.statuses.get(status, 0) for status in LIVE_STATUSES)

    @property
    def completed_rate(self) -> Fraction | None:
        """Completed calls of all calls; None without calls."""
        return Fraction(self.completed, self.calls) if self.calls else None

    @property
    def average_seconds(self) -> Fraction | None:
        """Talk time of the calls that have some; None without such calls."""
        return Fraction(self.talk_ms, self.talking * 1000) if self.talking else None

    @property
    def cost(self) -> Decimal | None:
        """Credits; None when no cost is known."""
        return Decimal(self.cost_units) / COST_UNITS if self.priced else None


NOTHING = Totals()


def total(many: Iterable[Totals]) -> Totals:
    """Of sets of calls that have no call in common."""
    statuses: Counter[str] = Counter()
    talking = talk_ms = priced = cost_units = 0
    for one in many:
        statuses.update(one.statuses)
        talking += one.talking
        talk_ms += one.talk_ms
        priced += one.priced
        cost_units += one.cost_units
    return Totals(dict(statuses), talking, talk_ms, priced, cost_units)


class CostUnits(Aggregate):
    """A sum of costs in units of COST_UNITS; 0 for nothing. PostgreSQL has them as decimals, and multiplies the sum."""

    template = f"COALESCE(SUM(CAST(ROUND(%(expressions)s * {COST_UNITS}) AS bigint)), 0)"
    output_field = BigIntegerField()

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        template = f"CAST(COALESCE(SUM(%(expressions)s), 0) * {COST_UNITS} AS bigint)"
        return self.as_sql(compiler, connection, template=template, **extra)


def whole_sum(expression: Any) -> Cast:
    """0 for nothing. PostgreSQL adds up large integers as numerics, which take longer to read."""
    return Cast(Sum(expression, default=0), BigIntegerField())


SUMS: dict[str, Any] = {
    "calls": Count("*"),
    "talking": Count("duration_ms", filter=Q(duration_ms__gt=Constant(0))),
    "talk_ms": whole_sum("duration_ms"),
    "priced": Count("cost"),
    "cost_units": CostUnits("cost"),
}


def grouped(calls: QuerySet[Call], **keys: Any) -> dict[Any, Totals]:
    """The totals by the value of an expression, or by the tuple of the values of several."""
    rows = read(calls, **keys)
    return collected((row[0] if len(keys) == 1 else row[: len(keys)], row[len(keys) :]) for row in rows)


def summed(calls: QuerySet[Call], **keys: Any) -> QuerySet[Call, tuple[Any, ...]]:
    """Rows of the keys, a status, and its SUMS. SQLite would follow the statuses through an index of theirs, and read
    each call for the rest, where the index of the log has everything."""
    status = unindexed("status") if connection.vendor == "sqlite" else F("status")
    groups = calls.order_by().annotate(**keys, by_status=status).values(*keys, "by_status")
    return groups.annotate(**SUMS).values_list(*keys, "by_status", *SUMS)


def read(calls: QuerySet[Call], **keys: Any) -> list[tuple[Any, ...]]:
    """The rows of summed(), of many calls: keys are texts and whole numbers."""
    return fetched(summed(calls, **keys), WITH_HELP if connection.vendor == "postgresql" else "{}")


def collected(rows: Iterable[tuple[Hashable, tuple[Any, ...]]]) -> dict[Any, Totals]:
    """From rows of a key, and a status with its sums in the order of SUMS. A pair may stand in several rows."""
    statuses: dict[Hashable, dict[str, int]] = defaultdict(dict)
    sums: dict[Hashable, tuple[int, int, int, int]] = {}
    for key, (status, calls, *more) in rows:
        counts = statuses[key]
        counts[status] = counts.get(status, 0) + calls
        a, b, c, d = sums.get(key, (0, 0, 0, 0))
        sums[key] = (a + more[0], b + more[1], c + more[2], d + more[3])
    return {key: Totals(counts, *sums[key]) for key, counts in statuses.items()}
