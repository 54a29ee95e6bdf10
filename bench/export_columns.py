"""Which columns an export is measured with."""

from __future__ import annotations

from exports.columns import COLUMNS, FLAT

COLUMN_SETS = {
    "one row a call": tuple(column.name for column in FLAT),
    "all but transcripts": tuple(name for name in COLUMNS if name != "transcript"),
    "all": tuple(COLUMNS),
}
