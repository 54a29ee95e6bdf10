"""Many rows in one statement: Django's own way makes an object of each and asks every field of it for its value.

Rows are tuples with the values of `fields`, names of attributes such as call_id, as Python has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from io import StringIO
from itertools import chain
from typing import Any, TypeVar, cast

from django.db import IntegrityError, connection, transaction
from django.db.models import BinaryField, DateTimeField, DecimalField, Field, JSONField, Model, UUIDField
from django.db.models.base import ModelState
from psycopg2.extras import execute_values

from calls.ingest.quick_json import written

M = TypeVar("M", bound=Model)
Convert = Callable[[Any], Any]
Rows = Iterable[Sequence[Any]]
PAGE = 1000  # rows of one statement on PostgreSQL
FEW = 10  # rows that are written quickly in any way
MOST_VALUES = 999  # of one statement on SQLite
NULL = r"\N"  # as COPY has it
UTC_OFFSET = len("+00:00")
ESCAPES = (("\\", r"\\"), ("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r"))


def insert(model: type[Model], fields: Sequence[str], rows: Rows, unique: Sequence[str] = ()) -> None:
    """Write the rows; one that has the same values of `unique` as another takes its place."""
    if connection.vendor == "postgresql" and not unique:
        return _copy(model, fields, rows)
    _write(f"{_insert(model, fields)}{_replacing(model, fields, unique)}", model, fields, rows)


def insert_unknown(model: type[Model], fields: Sequence[str], rows: Rows) -> None:
    """Write the rows but those that are there already, by whatever is unique. Of many most often none is there."""
    rows = list(rows)
    if connection.vendor == "postgresql" and len(rows) > FEW and connection.in_atomic_block:
        try:
            with transaction.atomic():
                return _copy(model, fields, rows)
        except IntegrityError:
            pass
    _write(f"{_insert(model, fields)} ON CONFLICT DO NOTHING", model, fields, rows)


def update(model: type[Model], fields: Sequence[str], rows: Rows) -> None:
    """Set the fields of the rows; each begins with its id."""
    table, columns = quoted(model._meta.db_table), [column(model, name) for name in fields]
    if connection.vendor == "postgresql":
        types = [model._meta.get_field(name).db_type(connection) for name in fields]
        values = ", ".join(f"{name} = given.{name}::{kind}" for name, kind in zip(columns, types, strict=True))
        given = f"given(id, {', '.join(columns)})"
        sql = f"UPDATE {table} SET {values} FROM (VALUES %s) AS {given} WHERE {table}.id = given.id"  # noqa: S608
        _write(sql, model, ("id", *fields), rows)
        return
    values = ", ".join(f"{name} = %s" for name in columns)
    sql = f"UPDATE {table} SET {values} WHERE id = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(sql, _converted(model, (*fields, "id"), ((*row[1:], row[0]) for row in rows)))


def _write(sql: str, model: type[Model], fields: Sequence[str], rows: Rows) -> None:
    """Execute it with many rows at once in the place of its %s."""
    values = _converted(model, tuple(fields), rows)
    if not values:
        return
    # The statements do not go through Django's cursor: their errors are to be Django's nevertheless.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            execute_values(cursor.cursor, sql, values, page_size=PAGE)
            return
        for page in _pages(values, MOST_VALUES // len(fields)):
            statement = sql.replace("%s", _marks(len(page), len(fields)))
            cursor.execute(statement, list(chain.from_iterable(page)))


def _pages(rows: list[tuple[Any, ...]], size: int) -> Iterator[list[tuple[Any, ...]]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


@cache
def _marks(rows: int, values: int) -> str:
    """The parameters of a statement of SQLite, which writes its full text to the disk with every one: a row at a time
    takes ten times as long."""
    return ", ".join([f"({', '.join(['%s'] * values)})"] * rows)


def _copy(model: type[Model], fields: Sequence[str], rows: Rows) -> None:
    """In half the time of INSERT, for both sides."""
    columns = ", ".join(column(model, name) for name in fields)
    if text := copied(model, tuple(fields), rows):
        with connection.cursor() as cursor, connection.wrap_database_errors:
            cursor.cursor.copy_expert(f"COPY {quoted(model._meta.db_table)} ({columns}) FROM STDIN", StringIO(text))


def copied(model: type[Model], fields: tuple[str, ...], rows: Rows) -> str:
    """The rows in the text format of COPY, made a column at a time."""
    columns = [
        escaped(values, in_text)
        for values, in_text in zip(zip(*rows, strict=True), copiers(model, fields), strict=False)
    ]
    return "".join([f"{line}\n" for line in map("\t".join, zip(*columns, strict=True))])


def escaped(values: Sequence[Any], in_text: Convert) -> list[str]:
    """All texts at once: none has a zero byte."""
    text = "\0".join(["" if value is None else in_text(value) for value in values])
    for mark, escape in ESCAPES:
        text = text.replace(mark, escape)
    return [NULL if value is None else one for value, one in zip(values, text.split("\0"), strict=True)]


def _converted(model: type[Model], fields: tuple[str, ...], rows: Rows) -> list[tuple[Any, ...]]:
    """A column at a time."""
    columns = [
        [None if value is None else convert(value) for value in values] if convert else values
        for convert, values in zip(converters(model, fields), zip(*rows, strict=True), strict=False)
    ]
    return list(zip(*columns, strict=True))


def _insert(model: type[Model], fields: Sequence[str]) -> str:
    columns = ", ".join(column(model, name) for name in fields)
    return f"INSERT INTO {quoted(model._meta.db_table)} ({columns}) VALUES %s"  # noqa: S608


def _replacing(model: type[Model], fields: Sequence[str], unique: Sequence[str]) -> str:
    if not unique:
        return ""
    others = [column(model, name) for name in fields if name not in unique]
    keys = ", ".join(column(model, name) for name in unique)
    return f" ON CONFLICT ({keys}) DO UPDATE SET {', '.join(f'{one} = excluded.{one}' for one in others)}"


@cache
def column(model: type[Model], name: str) -> str:
    return quoted(str(cast("Field[Any, Any]", model._meta.get_field(name)).column))


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


@cache
def converters(model: type[Model], fields: tuple[str, ...]) -> list[Convert | None]:
    return [converter(model._meta.get_field(name)) for name in fields]


def converter(field: Any) -> Convert | None:
    """What makes the database's value of Python's; None where they are the same."""
    if isinstance(field, JSONField):
        return written
    if isinstance(field, UUIDField):
        return str if connection.features.has_native_uuid_field else lambda value: value.hex
    if connection.vendor == "postgresql":
        return None
    if isinstance(field, DateTimeField):
        return utc_text
    if isinstance(field, DecimalField):
        return str
    return None


@cache
def copiers(model: type[Model], fields: tuple[str, ...]) -> list[Convert]:
    return [copier(model._meta.get_field(name)) for name in fields]


def copier(field: Any) -> Convert:
    """What makes the text of Python's value."""
    return (lambda value: rf"\x{value.hex()}") if isinstance(field, BinaryField) else converter(field) or str


def instance(model: type[M], **values: Any) -> M:
    """A new object without __init__(), which asks every field and whoever wants to hear of it: for thousands."""
    made, (plain, fresh) = model.__new__(model), defaults(model)
    made.__dict__ |= plain | {name: default() for name, default in fresh.items()} | values
    made._state = ModelState()
    return made


@cache
def defaults(model: type[Model]) -> tuple[dict[str, Any], dict[str, Callable[[], Any]]]:
    """What each object begins with, and what each has of its own."""
    fields = [one for one in model._meta.concrete_fields if not one.generated]
    made = {one for one in fields if one.has_default() and callable(one.default)}
    plain = {one.attname: one.get_default() for one in fields if one not in made}
    return plain, {one.attname: one.default for one in made}


def utc_text(moment: datetime) -> str:
    """As Django writes it into SQLite."""
    moment = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return str(moment)[:-UTC_OFFSET]


def new_ids(model: type[Model], count: int) -> Sequence[int]:
    """Ids for rows to come, inside a transaction: SQLite has one writer, PostgreSQL a sequence."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
            (last,) = cursor.fetchone()
            return range(last + 1, last + 1 + count)
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [pk for (pk,) in cursor.fetchall()]
