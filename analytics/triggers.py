"""Unsealing by the database itself, in the transaction of the write, whoever writes and however.

On PostgreSQL a write holds SEALING shared from its first statement to its commit, and a seal is taken while nobody
does: so a seal has seen every write that did not see the seal. On SQLite writers take turns anyway.
"""

# ruff: noqa: S608 - the names in the statements are our own
from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

# The number of the advisory lock: "seal" in ASCII.
SEALING = 0x7365616C
# No day is longer.
LONGEST_DAY_S = 3 * 86_400
COUNTED = ("started_at", "assistant_id", "campaign_id", "status", "direction", "duration_ms", "cost")


def install(database: BaseDatabaseWrapper) -> None:
    """Make the triggers, after every migrate: Django's migrations of SQLite make a table anew and lose them. What was
    written without them is not known, so where one was missing no day stays sealed."""
    statements = _statements(database)
    present = "SELECT tgname FROM pg_trigger" if database.vendor == "postgresql" else "SELECT name FROM sqlite_master"
    with database.cursor() as cursor:
        cursor.execute(present)
        if not {name for (name,) in cursor.fetchall()}.issuperset(statements):
            cursor.execute("DELETE FROM analytics_sealedday")
        for statement in statements.values():
            cursor.execute(statement)


def names(database: BaseDatabaseWrapper) -> list[str]:
    return list(_statements(database))


def _statements(database: BaseDatabaseWrapper) -> dict[str, str]:
    return _postgresql() if database.vendor == "postgresql" else _sqlite()


def _sqlite() -> dict[str, str]:
    def unseal(row: str) -> str:
        second = f"CAST(strftime('%s', substr({row}.started_at, 1, 19)) AS INTEGER)"
        return f"DELETE FROM analytics_sealedday WHERE {_has(second)};"

    changed = " OR ".join(f"old.{column} IS NOT new.{column}" for column in COUNTED)
    bodies = {
        "insert": f"AFTER INSERT ON calls_call BEGIN {unseal('new')} END",
        "delete": f"AFTER DELETE ON calls_call BEGIN {unseal('old')} END",
        "update": f"AFTER UPDATE ON calls_call WHEN {changed} BEGIN {unseal('old')} {unseal('new')} END",
    }
    names = {name: f"analytics_unseal_{name}" for name in bodies}
    return {names[name]: f"CREATE TRIGGER IF NOT EXISTS {names[name]} {body}" for name, body in bodies.items()}


def _has(second: str) -> str:
    """Whether a sealed day has the second. The lower limit is for the index."""
    return f"start_epoch BETWEEN {second} - {LONGEST_DAY_S} AND {second} AND end_epoch > {second}"


def _postgresql() -> dict[str, str]:
    columns = ", ".join(("id", *COUNTED))
    differing = (
        f"(SELECT {columns} FROM was EXCEPT SELECT {columns} FROM changed) UNION ALL "
        f"(SELECT {columns} FROM changed EXCEPT SELECT {columns} FROM was)"
    )
    bodies = {
        "insert": ("AFTER INSERT", "REFERENCING NEW TABLE AS changed", _unseal("changed")),
        "delete": ("AFTER DELETE", "REFERENCING OLD TABLE AS changed", _unseal("changed")),
        "update": (
            "AFTER UPDATE",
            "REFERENCING OLD TABLE AS was NEW TABLE AS changed",
            _unseal(f"({differing}) AS differing"),
        ),
        "truncate": ("AFTER TRUNCATE", "", "DELETE FROM analytics_sealedday;"),
    }
    return {f"analytics_unseal_{name}": _trigger(f"analytics_unseal_{name}", *body) for name, body in bodies.items()}


def _unseal(rows: str) -> str:
    seconds = f"SELECT DISTINCT FLOOR(EXTRACT(EPOCH FROM started_at))::bigint AS second FROM {rows}"
    return f"DELETE FROM analytics_sealedday USING ({seconds}) AS written WHERE {_has('written.second')};"


def _trigger(name: str, event: str, tables: str, action: str) -> str:
    """Once for each statement. The lock comes first, so that the action sees what was sealed before it was had."""
    return f"""
        CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock_shared({SEALING});
            {action}
            RETURN NULL;
        END $$;
        CREATE OR REPLACE TRIGGER {name} {event} ON calls_call {tables} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
    """
