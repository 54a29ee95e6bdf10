"""Which columns of a table are written, in the words of the models."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Field, Model

from bench.rows import FIELDS, Row


def columns(model: type[Model]) -> list[str]:
    """The columns that our rows have, then those that take their default."""
    return [str(field.column) for field in (*ours(model), *others(model))]


def constants(model: type[Model]) -> Row:
    """The defaults of the columns that our rows do not have."""
    return tuple(field.get_db_prep_save(field.get_default(), connection) for field in others(model))


def ours(model: type[Model]) -> list[Field[Any, Any]]:
    fields = {field.name: field for field in model._meta.local_concrete_fields}
    return [fields[name] for name in FIELDS[model]]


def others(model: type[Model]) -> list[Field[Any, Any]]:
    """Without the columns that the database fills: generated ones and automatic ids."""
    written = [*ours(model), model._meta.auto_field]
    return [field for field in model._meta.local_concrete_fields if field not in written and not field.generated]
