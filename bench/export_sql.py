"""The rows of an export as plain SQL, for the databases' own tools."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import get_user_model

from bench.export_columns import COLUMN_SETS
from exports.columns import Kind
from exports.files import select
from exports.formats import FORMATS
from exports.table import Choice, table_of


def main(calls: int, columns: str) -> dict[str, Any]:
    """The same joined rows in the same order, as they are stored."""
    choice = Choice(FORMATS["csv"], COLUMN_SETS[columns])
    selection = select("", get_user_model()(is_superuser=True, is_active=True))
    table = table_of(selection.qs, selection.order, choice, ZoneInfo(settings.TIME_ZONE))
    stored = table.stored_rows()
    assert stored is not None and not stored[1]  # noqa: PT018, S101 - without a filter there are no parameters
    kept = [f"c{place}" for place, column in enumerate(table.columns) if column.kind != Kind.NOTHING]
    return {"sql": stored[0] % (), "names": kept}
