"""Query strings that select a part of a selection: what a bar, a cell or a row leads to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from calls.criteria import CRITERIA
from calls.filters import CallFilter


def narrowed(selection: CallFilter, **values: str) -> str | None:
    """The selection with parameters set; None when it excludes one of the values already, so that nothing fits, and
    when the log cannot ask for it, since it takes spaces off the ends of what it is given."""
    for name, text in values.items():
        if text != text.strip() or "\x00" in text:
            return None
        chosen = selection.chosen(name)
        if chosen and CRITERIA[name].takes.read(text) not in chosen:
            return None
    return selection.query(**values)


class InDays:
    """The selection within a part of its days: many query strings that differ in their days only."""

    def __init__(self, selection: CallFilter, without: Iterable[str] = ()) -> None:
        changed = dict.fromkeys(("from", "to", *without)) | {"period": "custom"}
        self.hours = selection.chosen("hour")
        self.beginning = selection.query(**changed)
        self.without_hours = selection.query(**changed, hour=None)

    def query(self, first: date, last: date, hour: int | None = None) -> str | None:
        """Both days included; None when the selection excludes the hour."""
        if hour is None:
            return f"{self.beginning}&from={first}&to={last}"
        return f"{self.without_hours}&from={first}&to={last}&hour={hour}" if hour in (self.hours or [hour]) else None


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
