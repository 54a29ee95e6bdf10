"""What is exported: the selected calls in their order, and the columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, OrderBy

from calls.models import CallTag, CapturedVariable
from calls.paging import Order, column_field
from calls.querysets import CallQuerySet
from exports.columns import COLUMNS, NO_TAGS, Column, variable_column
from exports.formats import Format

MOST_VARIABLES = 200  # columns of their own; databases take no more than some hundred


@dataclass(frozen=True)
class Choice:
    """What a user chooses beside the calls. `each_variable` gives each captured variable a column of its own, in the
    formats that are tables."""

    format: Format
    columns: tuple[str, ...] = tuple(COLUMNS)
    each_variable: bool = False


@dataclass(frozen=True)
class Table:
    """`calls` are ordered and belong to the connection that they are read through."""

    calls: CallQuerySet
    columns: tuple[Column, ...]
    zone: ZoneInfo

    @property
    def connection(self) -> BaseDatabaseWrapper:
        return connections[self.calls.db]

    def stored_rows(self) -> tuple[str, tuple[Any, ...]] | None:
        """SQL of the calls as they are stored, with parameters: id, and `c0`, `c1`, … for `columns`. None when no
        call can be selected, such as by a user who sees none.

        The limits keep the databases from merging the layers: what is sorted is narrow, and what is looked up for a
        call is looked up once.
        """
        compiler = self.calls.values("id", **self._reads).query.get_compiler(connection=self.connection)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        engine = self.connection.vendor
        no_limit = "LIMIT -1" if engine == "sqlite" else "OFFSET 0"
        looked_up = [f"{text} AS c{place}" for place, column in self._placed if (text := getattr(column, engine))]
        if looked_up:
            sql = f"{sql} {no_limit}"
            percent_free = [text.replace("%", "%%") for text in looked_up]
            sql = f"SELECT t.*, {', '.join(percent_free)} FROM ({sql}) t {no_limit}"  # noqa: S608 - our own columns
        return sql, tuple(params)

    @property
    def _placed(self) -> Iterable[tuple[int, Column]]:
        return enumerate(self.columns)

    @property
    def _reads(self) -> dict[str, F]:
        return {f"c{place}": F(column.reads) for place, column in self._placed if column.reads}


def in_order(calls: CallQuerySet, order: Order) -> CallQuerySet:
    """The calls in the order of the log, what is not known last."""
    keys = []
    for name in order.columns:
        nulls_last = True if column_field(name).null else None
        keys.append(OrderBy(F(name), descending=order.descending, nulls_last=nulls_last))
    return calls.order_by(*keys)


def table_of(calls: CallQuerySet, order: Order, choice: Choice, zone: ZoneInfo) -> Table:
    columns: list[Column] = []
    spread = choice.each_variable and choice.format.family in ("csv", "xlsx")
    for name in COLUMNS:
        if name == "variables" and spread and name in choice.columns:
            columns += map(variable_column, variable_names(calls))
        elif name == "tags" and name in choice.columns and not CallTag.objects.using(calls.db).exists():
            columns.append(NO_TAGS)
        elif name in choice.columns:
            columns.append(COLUMNS[name])
    return Table(in_order(calls, order), tuple(columns), zone)


def variable_names(calls: CallQuerySet) -> list[str]:
    rows = CapturedVariable.objects.using(calls.db).filter(call__in=calls.order_by().values("pk"))
    return list(rows.order_by("name").values_list("name", flat=True).distinct()[:MOST_VARIABLES])
