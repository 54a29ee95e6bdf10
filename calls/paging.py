"""Pages by key instead of by number: quick at any depth, and steady while calls arrive.

An order is a tuple of columns that ends with the id. A page starts after a key, `(x, id) < (X, ID)`, which the index
of that order answers; nothing is skipped by OFFSET and nothing is counted beyond a cap.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

from django.core.exceptions import ValidationError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Field, Func, Model, OrderBy, Q, QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler

from calls.models import Call
from calls.querysets import fetched
from calls.reading import unindexed

Rows = TypeVar("Rows", bound=QuerySet[Any])

COUNT_CAP = 10_000
LAST = "last"
# A list of at most this many calls is gathered and sorted; a longer one is walked in its order until a page is full.
FEW = 1_000

COLUMNS = {
    "started_at": ("started_at", "id"),
    "duration": ("duration_ms", "started_at", "id"),
    "cost": ("cost", "started_at", "id"),
    "status": ("status", "started_at", "id"),
    "assistant": ("assistant_name", "started_at", "id"),
}

# The least value of a column that may be unknown.
LEAST = {"duration_ms": 0, "cost": Decimal("-9999999999.9999")}


class BadToken(ValueError):
    """A page token that does not belong to this list."""


def column_field(name: str, model: type[Model] = Call) -> Field[Any, Any]:
    field = model._meta.get_field(name)
    assert isinstance(field, Field)  # noqa: S101 - a column of an order, no relation
    return field


class RowComparison(Func):
    """`(a, b, id) < (x, y, z)`: the form of a key comparison that both databases answer from an index."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, columns: Sequence[str], operator: str, values: Sequence[Any], model: type[Model]) -> None:
        fields = [column_field(name, model) for name in columns]
        key = [Value(value, output_field=field) for field, value in zip(fields, values, strict=True)]
        super().__init__(*(F(column) for column in columns), *key)
        self.operator, self.width = operator, len(columns)

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, list[Any]]:
        parts = [compiler.compile(side) for side in self.source_expressions]
        row, key = parts[: self.width], parts[self.width :]
        sql = f"({', '.join(sql for sql, _ in row)}) {self.operator} ({', '.join(sql for sql, _ in key)})"
        return sql, [param for _, params in parts for param in params]


@dataclass(frozen=True)
class Order:
    """The order of a list: the column's public name and its direction. What is not known comes last either way.

    A list of other rows than calls has a subclass, with its model and the columns of each of its orders.
    """

    MODEL: ClassVar[type[Model]] = Call
    COLUMNS: ClassVar[dict[str, tuple[str, ...]]] = COLUMNS

    name: str
    descending: bool

    @classmethod
    def parse(cls, text: str) -> Order:
        return cls(text.removeprefix("-"), text.startswith("-"))

    def __str__(self) -> str:
        return ("-" if self.descending else "") + self.name

    @property
    def columns(self) -> tuple[str, ...]:
        return self.COLUMNS[self.name]

    @property
    def keys(self) -> tuple[tuple[str, ...], ...]:
        """The columns that order each part of the list: one part, or a second one for what is not known."""
        if column_field(self.columns[0], self.MODEL).null:
            return (self.columns, self.columns[1:])
        return (self.columns,)

    def parts(self, calls: Rows) -> list[Rows]:
        """The parts of the list, ordered by `keys`."""
        if len(self.keys) == 1:
            return [calls]
        # Not IS NOT NULL, which SQLite's planner does not read as the end of the unknown in an index.
        known = Q(**{f"{self.columns[0]}__gte": LEAST[self.columns[0]]})
        unknown = Q(**{f"{self.columns[0]}__isnull": True})
        return [calls.filter(known), calls.filter(unknown)]


@dataclass(frozen=True)
class Token:
    """A place in a list: the key of a row, and how many rows stand before it (None when that is not known)."""

    order: Order
    position: int | None
    key: tuple[Any, ...]

    @property
    def part(self) -> int:
        return 0 if len(self.key) == len(self.order.columns) else 1

    def __str__(self) -> str:
        key = [value.isoformat() if hasattr(value, "isoformat") else str(value) for value in self.key]
        text = json.dumps([str(self.order), self.position, *key], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str, order: Order) -> Token:
        """Raises BadToken for anything that str(token) of a list in the same order did not make."""
        try:
            padded = text + "=" * (-len(text) % 4)
            name, position, *key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            columns = order.columns[-len(key) :]
            if name != str(order) or columns not in order.keys:
                raise BadToken
            if not (position is None or (isinstance(position, int) and position >= 0)):
                raise BadToken
            values = [
                column_field(column, order.MODEL).to_python(value) for column, value in zip(columns, key, strict=True)
            ]
        except (binascii.Error, ValueError, TypeError, ValidationError) as error:
            raise BadToken from error
        if any(value is None for value in values):
            raise BadToken
        return cls(order, position, tuple(values))

    @classmethod
    def of(cls, row: dict[str, Any], order: Order, position: int | None) -> Token:
        """The token of a row that has the order's columns."""
        columns = order.columns if row[order.columns[0]] is not None else order.columns[1:]
        return cls(order, position, tuple(row[column] for column in columns))


@dataclass(frozen=True)
class Page:
    """A slice of a list. `first` is the place of its first row, counted from 1; None when that is not known."""

    rows: list[dict[str, Any]]
    first: int | None
    after: Token | None
    before: Token | None


NO_PAGE = Page([], first=1, after=None, before=None)


def read_page(
    calls: QuerySet[Any],
    order: Order,
    size: int,
    *,
    after: Token | None = None,
    before: Token | str | None = None,
    few: bool = False,
) -> Page:
    """The page after or before a token, the last page for before=LAST, else the first.

    `calls` is a queryset of values that include the order's columns; its own order does not matter. `few` says that
    it has no more than FEW calls.
    """
    if before is not None:
        token = before if isinstance(before, Token) else None
        rows = _read(calls, order, size + 1, token, backwards=True, few=few)
        if len(rows) > size or token is None:
            return _page_before(rows[-size:], order, token, more=len(rows) > size)
    rows = _read(calls, order, size + 1, after if before is None else None, backwards=False, few=few)
    skipped = after.position if after and before is None else 0
    return _page_after(rows[:size], order, skipped, more=len(rows) > size, is_first=after is None or before is not None)


def _page_after(rows: list[dict[str, Any]], order: Order, skipped: int | None, *, more: bool, is_first: bool) -> Page:
    end = None if skipped is None else skipped + len(rows)
    return Page(
        rows,
        first=None if skipped is None else skipped + 1,
        after=Token.of(rows[-1], order, end) if more else None,
        before=Token.of(rows[0], order, skipped) if rows and not is_first else None,
    )


def _page_before(rows: list[dict[str, Any]], order: Order, token: Token | None, *, more: bool) -> Page:
    end = token.position if token else None
    skipped = None if end is None else max(end - len(rows), 0)
    return Page(
        rows,
        first=None if skipped is None else skipped + 1,
        after=Token.of(rows[-1], order, end) if token and rows else None,
        before=Token.of(rows[0], order, skipped) if more else None,
    )


def _read(
    calls: QuerySet[Any], order: Order, limit: int, token: Token | None, *, backwards: bool, few: bool
) -> list[dict[str, Any]]:
    """Up to `limit` rows from the token on, in the order of the list, read from its end when backwards."""
    rows: list[Any] = []
    for part in parts_from(token, calls, order, backwards=backwards, few=few):
        rows += part[: limit - len(rows)]
        if len(rows) == limit:
            break
    return rows[::-1] if backwards else rows


def parts_from(token: Token | None, calls: Rows, order: Order, *, backwards: bool, few: bool) -> Iterator[Rows]:
    """The calls from the token on, the nearest first; querysets to be read one after the other."""
    descending = order.descending != backwards
    parts = list(enumerate(zip(order.parts(calls), order.keys, strict=True)))
    for index, (part, columns) in reversed(parts) if backwards else parts:
        if token and (index > token.part if backwards else index < token.part):
            continue
        if token and index == token.part:
            part = part.filter(RowComparison(columns, "<" if descending else ">", token.key, order.MODEL))
        keys = [unindexed(column) if few else F(column) for column in columns]
        yield part.order_by(*(OrderBy(key, descending=descending) for key in keys))


def newer_than(token: Token, calls: Rows) -> Rows:
    """The calls that stand before the token in a list of newest first."""
    return calls.filter(RowComparison(token.order.columns, ">", token.key, token.order.MODEL))


def capped_count(rows: QuerySet[Any]) -> int:
    """How many rows there are, up to COUNT_CAP + 1, which means "more than COUNT_CAP"."""
    # QuerySet.count() would write the same statement in three times the time.
    capped = rows.order_by().values_list(Value(1))[: COUNT_CAP + 1]
    counted = fetched(capped, "SELECT COUNT(*) FROM ({}) AS capped")
    return counted[0][0] if counted else 0
