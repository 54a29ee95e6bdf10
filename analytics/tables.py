"""Tables of figures: what stands below each chart, and the breakdowns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.words import Number, plain, written


@dataclass(frozen=True, slots=True)
class Cell:
    """`query` selects the calls behind the figure, None for no link; `value` is the figure for a sheet, "" where that
    is the text; `bar` is where a bar beside it begins and how long it is, in percent, negative for a loss."""

    text: str
    query: str | None = None
    value: str = ""
    bar: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """`remark` stands beside the head."""

    head: Cell
    cells: Sequence[Cell]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """`query` sorts by the column and is "" where one cannot; `aria_sort` is "" on all others than the sorted one."""

    label: str
    title: str = ""
    query: str = ""
    aria_sort: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    id: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    foot: Row | None = None


def columns(*labels: str) -> list[Column]:
    return [Column(label) for label in labels]


def figure(value: Number | None, unit: str, query: str | None = None) -> Cell:
    """A figure with the link to its calls, which nothing and zero do not have."""
    text, number = written(value, unit), plain(value)
    return Cell(text, query if value else None, "" if text == number else number)
