"""Figures for Plotly, as plain dictionaries: its own classes take 20 ms for one, and these are checked against them in
the tests. Colours, fonts and grid are those of static/js/charts.js.

A trace says in `meta` which colour it has, which column of its table has its links, and how the legend marks it: "" for
not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from analytics import words
from analytics.buckets import Bucket, Granularity, whole_bucket
from analytics.tables import Table
from analytics.words import Number

Figure = dict[str, Any]
Trace = dict[str, Any]

DAY_MS = 86_400_000
# How long a bucket is on the axis, and how its ticks are written.
PERIODS = {
    Granularity.HOUR: (3_600_000, "%H:%M\n%-d %b"),
    Granularity.DAY: (DAY_MS, "%-d %b\n%Y"),
    Granularity.WEEK: (7 * DAY_MS, "%-d %b\n%Y"),
    Granularity.MONTH: ("M1", "%b\n%Y"),
}
TICKS = 8


@dataclass(frozen=True, slots=True)
class Chart:
    """`words` say what the chart shows to who cannot see it. The figure and the table have the same figures."""

    title: str
    words: str
    figure: Figure
    table: Table
    note: str = ""

    @property
    def legend(self) -> list[tuple[str, str, str]]:
        """Name, colour and mark of each trace that has one."""
        return [
            (trace["name"], trace["meta"]["colour"], trace["meta"]["mark"])
            for trace in self.figure["data"]
            if trace["meta"]["mark"]
        ]


class Course:
    """What the traces over the same buckets share."""

    def __init__(self, buckets: Sequence[Bucket], zone_name: str) -> None:
        self.buckets, self.zone_name = buckets, zone_name
        self.granularity = buckets[0].granularity
        self.places = [_place(bucket) for bucket in buckets]
        self.heads = [words.bucket_of(bucket) for bucket in buckets]
        self.remarks = [words.remark_of(bucket) for bucket in buckets]
        self.is_over = [bucket.is_over for bucket in buckets]

    def bars(self, name: str, values: Sequence[Number], colour: str, column: int) -> Trace:
        """A bucket that is not over is hatched."""
        shapes = ["" if is_over else "/" for is_over in self.is_over]
        pattern = {} if all(self.is_over) else {"marker": {"pattern": {"shape": shapes}}}
        return self._trace("bar", name, values, colour, column, "bar") | pattern

    def line(self, name: str, values: Sequence[Number | None], colour: str, column: int, dash: str = "solid") -> Trace:
        """Without values the line has gaps. A bucket that is not over is a hollow point."""
        symbols = ["circle" if is_over else "circle-open" for is_over in self.is_over]
        mode = "lines+markers" if len(self.buckets) <= 62 else "lines"
        look = {"mode": mode, "line": {"dash": dash}, "marker": {"symbol": symbols}}
        mark = "line" if dash == "solid" else "dots"
        return self._trace("scatter", name, values, colour, column, mark) | look

    def band(self, name: str, low: Sequence[Number | None], high: Sequence[Number | None], colour: str) -> list[Trace]:
        """The space between two lines; it is not clicked and says nothing when hovered over."""
        quiet = {"mode": "lines", "hoverinfo": "skip", "hovertemplate": None}
        lower, upper = (
            self._trace("scatter", name, values, colour, 0, mark) for values, mark in ((low, ""), (high, "band"))
        )
        return [lower | quiet | {"line": {"width": 0}}, upper | quiet | {"fill": "tonexty"}]

    def _trace(
        self, kind: str, name: str, values: Sequence[Number | None], colour: str, column: int, mark: str
    ) -> Trace:
        return {
            "type": kind,
            "name": name,
            "x": self.places,
            "y": [None if value is None else _rounded(value) for value in values],
            "xperiod": PERIODS[self.granularity][0],
            "xperiod0": self.places[0],
            "xperiodalignment": "start",
            "meta": {"colour": colour, "column": column, "mark": mark},
        }

    def figure(self, traces: Sequence[Trace], unit: str, **layout: Any) -> Figure:
        length, tick_format = PERIODS[self.granularity]
        step = -(-len(self.buckets) // TICKS)
        xaxis = {
            "type": "date",
            "title": {"text": self.zone_name},
            "tickformat": tick_format,
            "tick0": self.places[0],
            "dtick": step * length if isinstance(length, int) else f"M{step}",
        }
        labels = [
            f"{head} ({remark})" if remark else head for head, remark in zip(self.heads, self.remarks, strict=True)
        ]
        yaxis = {"title": {"text": unit}} | layout.pop("yaxis", {})
        return {
            "data": list(traces),
            "layout": {"xaxis": xaxis, "yaxis": yaxis, "meta": {"labels": labels}, **layout},
        }


def histogram(labels: Sequence[str], counts: Sequence[int], name: str) -> Figure:
    """Calls by a number or a range of numbers."""
    bars = {
        "type": "bar",
        "name": name,
        "x": list(labels),
        "y": list(counts),
        "meta": {"colour": "colour-duration", "column": 1, "mark": ""},
        "hovertemplate": "%{y:,} calls<br>%{x}<extra></extra>",
    }
    layout = {
        "xaxis": {"type": "category", "title": {"text": plain_text(name)}},
        "yaxis": {"title": {"text": "calls"}},
        "hovermode": "closest",
        "meta": {"labels": list(labels)},
    }
    return {"data": [bars], "layout": layout}


def plain_text(text: str) -> str:
    """Text from outside, of which Plotly would take some tags and placeholders."""
    return escape(text, quote=False).replace("%{", "% {")


def _place(bucket: Bucket) -> str:
    """Where the bucket begins on the axis, which has no zone: at the wall clock's time; a week on its Monday."""
    first = whole_bucket(bucket.days.first, bucket.granularity).first
    return f"{first}" if bucket.hour is None else f"{first}T{bucket.hour:02}:00"


def _rounded(value: Number) -> int | float:
    return value if isinstance(value, int) else round(float(value), 4)
