"""Many rows in one statement: Django's own way makes an object of each and asks every field of it for its value.

Rows are tuples with the values of `fields`, names of attributes such as call_id, as Python has them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, cast

from django.db import connection
from django.db.models import DateTimeField, DecimalField, Field, JSONField, Model, UUIDField
from psycopg2.extras import execute_values

Convert = Callable[[Any], Any]
Rows = Iterable[Sequence[Any]]
PAGE = 1000  # rows of one statement on PostgreSQL


def insert(model: type[Model], fields: Sequence[str], rows: Rows, unique: Sequence[str] = ()) -> None:
    """Write the rows; one that has the same values of `unique` as another takes its place."""
    _write(f"{_insert(model, fields)}{_replacing(model, fields, unique)}", model, fields, rows)


def insert_unknown(model: type[Model], fields: Sequence[str], rows: Rows) -> None:
    """Write the rows but those that are there already, by whatever is unique."""
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
    _write(sql, model, (*fields, "id"), ((*row[1:], row[0]) for row in rows))


def _write(sql: str, model: type[Model], fields: Sequence[str], rows: Rows) -> None:
    """Execute it with each row, or on PostgreSQL with many at once in the place of its %s."""
    values = _converted(model, tuple(fields), rows)
    if not values:
        return
    # Not every statement goes through Django's cursor: its errors are to be Django's nevertheless.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            execute_values(cursor.cursor, sql, values, page_size=PAGE)
        else:
            cursor.executemany(sql, values)


def _converted(model: type[Model], fields: tuple[str, ...], rows: Rows) -> list[list[Any]]:
    converts = [(place, convert) for place, convert in enumerate(converters(model, fields)) if convert]
    values = [list(row) for row in rows]
    for row in values:
        for place, convert in converts:
            if row[place] is not None:
                row[place] = convert(row[place])
    return values


def _insert(model: type[Model], fields: Sequence[str]) -> str:
    columns = ", ".join(column(model, name) for name in fields)
    marks = "%s" if connection.vendor == "postgresql" else f"({', '.join(['%s'] * len(fields))})"
    return f"INSERT INTO {quoted(model._meta.db_table)} ({columns}) VALUES {marks}"  # noqa: S608


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
        return dump
    if isinstance(field, UUIDField):
        return str if connection.features.has_native_uuid_field else lambda value: value.hex
    if connection.vendor == "postgresql":
        return None
    if isinstance(field, DateTimeField):
        return connection.ops.adapt_datetimefield_value
    if isinstance(field, DecimalField):
        return str
    return None


def dump(value: Any) -> str:
    return ENCODER.encode(value)


ENCODER = json.JSONEncoder()


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
