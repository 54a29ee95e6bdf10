"""What the databases' query planners know of the tables."""

from __future__ import annotations

from django.apps import apps
from django.db import connection
from django.db.backends.utils import CursorWrapper

# Rows of an index that SQLite looks at: enough to tell a rare value from a common one, in milliseconds at any size.
SQLITE_SAMPLE = 1000
# Whole JSON values are looked for by nothing, and take longer to count than all other columns.
POSTGRES_COLUMNS = (
    "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute "
    "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND atttypid <> 'jsonb'::regtype"
)


def refresh_statistics() -> None:
    """Count anew what the calls are like, after many were added at once. PostgreSQL does so by itself, only later."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA analysis_limit={SQLITE_SAMPLE}")
        for model in apps.get_app_config("calls").get_models():
            if model._meta.managed:
                cursor.execute(f"ANALYZE {model._meta.db_table}{_columns(cursor, model._meta.db_table)}")


def _columns(cursor: CursorWrapper, table: str) -> str:
    """Those that are counted; SQLite counts indexes only."""
    if connection.vendor == "sqlite":
        return ""
    cursor.execute(POSTGRES_COLUMNS, [table])
    return f" ({cursor.fetchone()[0]})"
