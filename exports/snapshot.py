"""A connection of its own that sees the database as it was when the export began, whatever is written meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction

ALIAS = "export"
# The site's cache and its map of the database file are sized for many pages; a sort may use files.
SQLITE_OPTIONS = {
    "transaction_mode": "DEFERRED",  # a reader in a WAL stops nobody
    "init_command": "PRAGMA query_only=1; PRAGMA mmap_size=0; PRAGMA cache_size=-8192",
}


@contextmanager
def snapshot() -> Iterator[str]:
    """The alias of the connection, inside one transaction: repeatable read on PostgreSQL, where the session has the
    reporting zone, so that it writes times in it."""
    wrapper = connections[DEFAULT_DB_ALIAS].copy(ALIAS)
    options: dict[str, Any] = {**wrapper.settings_dict.get("OPTIONS", {})}
    if wrapper.vendor == "sqlite":
        options |= SQLITE_OPTIONS
    else:
        from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

        options["isolation_level"] = ISOLATION_LEVEL_REPEATABLE_READ
        # An export takes as long as it takes: a limit is meant for pages.
        options["options"] = f"{options.get('options', '')} -c statement_timeout=0".strip()
        wrapper.settings_dict["TIME_ZONE"] = settings.TIME_ZONE
    wrapper.settings_dict["OPTIONS"] = options
    connections[ALIAS] = wrapper
    try:
        with transaction.atomic(using=ALIAS):
            yield ALIAS
    finally:
        wrapper.close()
        del connections[ALIAS]
