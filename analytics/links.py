"""Query strings that select a part of a selection: what a bar, a cell or a row leads to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from calls.criteria import CRITERIA
from calls.filters import CallFilter


def narrowed(selection: CallFilter, **values: str) -> str | None:
    """The selection with parameters set; None when it excludes one of the values already, so that nothing fits."""
    for name, text in values.items():
        chosen = selection.chosen(name)
        if chosen and CRITERIA[name].takes.read(text) not in chosen:
            return None
    return selection.query(**values)


def within_days(selection: CallFilter, first: date, last: date, hour: int | None = None) -> str | None:
    """Days inside the range of the selection, and one hour of them."""
    query = selection.query(**{"period": "custom", "from": str(first), "to": str(last)})
    if hour is None:
        return query
    chosen = selection.chosen("hour")
    if chosen and hour not in chosen:
        return None
    return selection.query(**{"period": "custom", "from": str(first), "to": str(last), "hour": str(hour)})


def within_duration(selection: CallFilter, least_ms: int, most_ms: int | None) -> str | None:
    """Both included; None is no limit."""
    least = max(seconds(least_ms), selection.values.get("min_duration") or Decimal(0))
    limits = (None if most_ms is None else seconds(most_ms), selection.values.get("max_duration"))
    most = min((limit for limit in limits if limit is not None), default=None)
    if most is not None and most < least:
        return None
    return selection.query(min_duration=f"{least:f}", max_duration=None if most is None else f"{most:f}")


def seconds(milliseconds: int) -> Decimal:
    return Decimal(milliseconds) / 1000
