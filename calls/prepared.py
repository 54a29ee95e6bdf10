"""Statements that PostgreSQL has parsed and planned before: for a short one, that takes longer than its answer."""

from __future__ import annotations

import re
from itertools import count
from weakref import WeakKeyDictionary

from django.db import connection

# The name of each statement on each connection that knows it.
_names: WeakKeyDictionary[object, dict[str, str]] = WeakKeyDictionary()


def prepared(statement: str) -> str:
    """What to execute in the place of a statement on the open connection, with the same parameters, whose types
    PostgreSQL must be able to tell from where they stand; SQLite keeps statements by itself."""
    if connection.vendor != "postgresql":
        return statement
    names = _names.setdefault(connection.connection, {})
    if statement not in names:
        names[statement] = _prepare(statement, f"callmon_{len(names)}")
    return f"EXECUTE {names[statement]} ({', '.join(['%s'] * statement.count('%s'))})"


def _prepare(statement: str, name: str) -> str:
    """On the bare connection: it is no question to the database, and is not counted as one. Its errors are Django's."""
    places = count(1)
    numbered = re.sub("%(.)", lambda found: f"${next(places)}" if found[1] == "s" else found[1], statement)
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        cursor.execute(f"PREPARE {name} AS {numbered}")
    return name
