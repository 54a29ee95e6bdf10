"""What the databases' query planners know of the tables."""

from __future__ import annotations

from django.apps import apps
from django.db import connection

# Rows of an index that SQLite looks at: enough to tell a rare value from a common one, in milliseconds at any size.
SQLITE_SAMPLE = 1000


def refresh_statistics() -> None:
    """Count anew what the calls are like, after many were added at once. PostgreSQL does so by itself, only later."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA analysis_limit={SQLITE_SAMPLE}")
        for model in apps.get_app_config("calls").get_models():
            if model._meta.managed:
                cursor.execute(f"ANALYZE {model._meta.db_table}")
