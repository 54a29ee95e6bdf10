"""In which way calls are read: found by their matches in other tables, or looked at in their order. The engines have
a way of their own where they do not know what is quickest."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler


class Reading(Enum):
    """How the calls that fit a condition are found. SQLite does not know how many they are, and PostgreSQL guesses
    for words, so the reader says which way suits."""

    GATHER = auto()  # the matches first, then their calls: for few of them, and to count
    PROBE = auto()  # the calls in their order, each looked up among the gathered matches: for some thousands
    WALK = auto()  # the calls in their order, each looked at for itself: for many


@dataclass(frozen=True)
class Span:
    """All calls of a range are read, however few of them fit: what other tables tell is gathered within their ids,
    once, and each call is looked up there. `find_ids` tells the first and the last of them."""

    find_ids: Callable[[], tuple[int, int]]

    @functools.cached_property
    def ids(self) -> tuple[int, int]:
        return self.find_ids()


Way = Reading | Span


def any_of(column: str, values: list[Any], way: Way = Reading.GATHER) -> Q:
    """Calls with one of the values in the column."""
    if connection.vendor == "sqlite" and way is not Reading.GATHER and len(values) > 1:
        return Q(In(unindexed(column), values))
    return Q(**{f"{column}__in": values})


class Constant(Value):
    """A whole number or a word of our own, written into the statement: SQLite fetches a parameter anew for every row,
    which takes a quarter of the time that the row does."""

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[()]]:
        return (str(self.value) if isinstance(self.value, int) else f"'{self.value}'"), ()


def unindexed(column: str) -> Func:
    """The column, hidden from the planner, which would walk its index where the calls are few: SQLite knows only
    averages, and PostgreSQL guesses how often a rare word occurs."""
    hidden = "+%(expressions)s" if connection.vendor == "sqlite" else "COALESCE(%(expressions)s, %(expressions)s)"
    return Func(F(column), template=hidden)


def having(rows: QuerySet[Any], way: Way = Reading.GATHER) -> Q:
    """Calls that one of the rows belongs to."""
    if isinstance(way, Span):
        return among(rows, way, "call_id")
    return Q(pk__in=rows.values("call")) if way is Reading.GATHER else Q(Exists(rows.filter(call=OuterRef("pk"))))


def among(rows: QuerySet[Any], way: Way, column: str = "pk") -> Q:
    """Calls whose id stands in the column. The rows are read once, and each call is looked up among them: IS TRUE
    keeps the planners from looking for the calls by these ids. PostgreSQL does so for few of them only."""
    if isinstance(way, Span):
        first, last = way.ids
        rows = rows.filter(**{f"{column}__gte": first, f"{column}__lte": last})
        if connection.vendor == "postgresql":
            return Q(pk__in=rows.values(column))
    found = In(F("pk"), rows.values(column))
    return Q(Func(found, template="(%(expressions)s) IS TRUE", output_field=BooleanField()))
