"""Tables of figures: what stands below each chart, and the breakdowns."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape as html_escape

from markupsafe import Markup

from analytics.words import Number, plain, written

# A figure and the query of a bucket stand in several cells.
escape = functools.lru_cache(maxsize=10_000)(html_escape)


@dataclass(frozen=True, slots=True)
class Cell:
    """`query` selects the calls behind the figure, None for no link; `value` is the figure for a sheet, "" where that
    is the text; `bar` is where a bar beside it begins and how long it is, in percent, negative for a loss."""

    text: str
    query: str | None = None
    value: str = ""
    bar: tuple[float, float] | None = None

    def html(self, calls_url: str) -> str:
        """What stands in the cell."""
        text, bar = escape(self.text), ""
        if self.query is not None:
            text = f'<a href="{calls_url}?{escape(self.query)}">{text}</a>'
        if self.bar:
            sign = " is-minus" if self.bar[1] < 0 else ""
            bar = (
                f'<svg class="bar{sign}" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
                f'<rect x="{self.bar[0]}" width="{abs(self.bar[1])}" height="10"/></svg>'
            )
        return bar + text


@dataclass(frozen=True, slots=True)
class Row:
    """`remark` stands beside the head."""

    head: Cell
    cells: Sequence[Cell]
    remark: str = ""

    def html(self, calls_url: str) -> str:
        remark = f' <small class="remark">{escape(self.remark)}</small>' if self.remark else ""
        cells = "".join(
            f'<td data-value="{escape(cell.value)}">{cell.html(calls_url)}</td>'
            if cell.value
            else f"<td>{cell.html(calls_url)}</td>"
            for cell in self.cells
        )
        return f'<tr><th scope="row" dir="auto">{self.head.html(calls_url)}{remark}</th>{cells}</tr>\n'


@dataclass(frozen=True, slots=True)
class Column:
    """`query` sorts by the column and is "" where one cannot; `aria_sort` is "" on all others than the sorted one."""

    label: str
    title: str = ""
    query: str = ""
    aria_sort: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`is_left_out` is of one that is sent when it is asked for: its rows are not known here."""

    id: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    foot: Row | None = None
    is_left_out: bool = False

    def body(self, calls_url: str) -> Markup:
        """The rows as HTML. A year of days has thousands of cells, for which a template takes three times as long."""
        return Markup("".join(row.html(calls_url) for row in self.rows))  # noqa: S704 - its parts are escaped


def columns(*labels: str) -> list[Column]:
    return [Column(label) for label in labels]


def figure(value: Number | None, unit: str, query: str | None = None) -> Cell:
    """A figure with the link to its calls, which nothing and zero do not have."""
    text, number = written(value, unit), plain(value)
    return Cell(text, query if value else None, "" if text == number else number)
