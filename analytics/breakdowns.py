"""Breakdowns as tables that are sorted by any column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from analytics import words
from analytics.patterns import Breakdown, Segment
from analytics.statistics import Interval
from analytics.tables import Cell, Column, Row, Table, figure
from analytics.totals import Totals
from calls.format import UNKNOWN

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Sorted:
    """A column of breakdowns: its head, its figure, and what it sorts by, None for what comes last."""

    label: str
    title: str
    cell: Callable[[Segment], Cell]
    key: Callable[[Segment], Any]


def interval_words(interval: Interval | None) -> Cell:
    if interval is None:
        return Cell(UNKNOWN)
    return Cell(f"{interval.low * 100:.0f}–{interval.high * 100:.0f} %")


COLUMNS = {
    "name": Sorted("", "", lambda s: Cell(s.label, s.query), lambda s: s.label.casefold()),
    "calls": Sorted("Calls", "", lambda s: figure(s.totals.calls, "calls", s.query), lambda s: s.totals.calls),
    "share": Sorted("Share", "Of all calls of the selection", lambda s: figure(s.share, "share"), lambda s: s.share),
    "change": Sorted(
        "Change",
        "Of the number of calls, against as many days before",
        lambda s: Cell(words.percent(s.change), None, words.plain(s.change)),
        lambda s: s.change,
    ),
    "rate": Sorted(
        "Completed rate",
        "Completed calls of all calls",
        lambda s: figure(s.totals.completed_rate, "share", s.query),
        lambda s: s.totals.completed_rate,
    ),
    "interval": Sorted(
        "95 % interval",
        "Of the completed rate (Wilson): wide where calls are few",
        lambda s: interval_words(s.interval),
        lambda s: s.interval.low if s.interval else None,
    ),
    "duration": Sorted(
        "Avg duration",
        "Talk time of the calls that have some",
        lambda s: figure(s.totals.average_seconds, "seconds", s.query),
        lambda s: s.totals.average_seconds,
    ),
    "cost": Sorted("Cost", "Credits", lambda s: figure(s.totals.cost, "credits", s.query), lambda s: s.totals.cost),
}
DEFAULT_ORDER = "-calls"


def table(breakdown: Breakdown, order: str, link: Callable[[str], str]) -> Table:
    """Sorted by `order`, a column with - before it for descending; `link` gives the query string of another order."""
    name, descending = order.removeprefix("-"), order.startswith("-")
    segments = sort(breakdown.segments, COLUMNS[name].key, descending=descending)
    rows = [_row(segment) for segment in segments[:SHOWN]]
    label = breakdown.dimension.label
    heads = [_head(one, order, label, link) for one in COLUMNS]
    return Table("breakdown", f"Calls by {label.lower()}", heads, rows, _foot(breakdown.totals, len(segments)))


def sort(segments: Sequence[Segment], key: Callable[[Segment], Any], *, descending: bool) -> list[Segment]:
    known = [segment for segment in segments if key(segment) is not None]
    unknown = [segment for segment in segments if key(segment) is None]
    return [*sorted(known, key=key, reverse=descending), *unknown]


def _head(name: str, order: str, label: str, link: Callable[[str], str]) -> Column:
    column = COLUMNS[name]
    is_sorted = order.removeprefix("-") == name
    is_descending = order.startswith("-")
    # A second click turns the order round; figures begin with the largest.
    begins_descending = name != "name"
    turned = not is_descending if is_sorted else begins_descending
    aria_sort = ("descending" if is_descending else "ascending") if is_sorted else ""
    return Column(column.label or label, column.title, link(f"{'-' if turned else ''}{name}"), aria_sort)


def _row(segment: Segment) -> Row:
    head, *cells = [column.cell(segment) for column in COLUMNS.values()]
    return Row(head if segment.totals.calls else Cell(segment.label), cells)


def _foot(totals: Totals, segments: int) -> Row:
    cells = [
        figure(totals.calls, "calls"),
        Cell(""),
        Cell(""),
        figure(totals.completed_rate, "share"),
        Cell(""),
        figure(totals.average_seconds, "seconds"),
        figure(totals.cost, "credits"),
    ]
    more = f", {segments - SHOWN:,} more are not shown" if segments > SHOWN else ""
    return Row(Cell(f"All{more}"), cells)
