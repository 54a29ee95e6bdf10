"""The key metrics as cards: the figure, its change, its course as a small line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analytics import words
from analytics.metrics import Metric, Metrics
from analytics.totals import Totals
from analytics.words import Number

WIDTH, HEIGHT = 100, 28


@dataclass(frozen=True, slots=True)
class Card:
    """`query` selects the calls behind the figure, `detail_query` those of the detail, None for no link;
    `change_title` says what it is compared with; `line` is a path in a box of WIDTH x HEIGHT, "" where there is
    nothing to draw."""

    name: str
    label: str
    definition: str
    value: str
    query: str | None
    detail: str
    detail_query: str | None
    change: str
    change_title: str
    tone: str
    line: str


def cards(metrics: Metrics) -> list[Card]:
    return [_card(metric, metrics) for metric in metrics.metrics]


def _card(metric: Metric, metrics: Metrics) -> Card:
    measure = metric.measure
    return Card(
        name=measure.name,
        label=measure.label,
        definition=measure.definition,
        value=words.written(metric.value, measure.unit),
        query=metric.query if metric.value else None,
        detail=DETAILS[measure.name](metrics.totals),
        detail_query=metrics.open_query if measure.name == "calls" and metrics.totals.open else None,
        change=_change(metric),
        change_title=_change_title(metric, metrics),
        tone=_tone(metric),
        line=line([measure.of(point.totals) for point in metrics.trend.points if point.bucket.is_over]),
    )


def _change(metric: Metric) -> str:
    """The rate changes by points, everything else by a part of what it was."""
    if metric.difference is None:
        return ""
    if metric.measure.unit == "share":
        return words.signed(metric.difference, "share")
    return words.percent(metric.change) if metric.before else ""


def _change_title(metric: Metric, metrics: Metrics) -> str:
    if metrics.before_days is None:
        return ""
    return f"{words.written(metric.before, metric.measure.unit)} on {words.days_of(metrics.before_days)}"


def _tone(metric: Metric) -> str:
    """Only for the rate is it plain which way is good."""
    if metric.measure.unit != "share" or not metric.difference:
        return "even"
    return "good" if metric.difference > 0 else "bad"


DETAILS: dict[str, Callable[[Totals], str]] = {
    "calls": lambda totals: _of("open", totals.open),
    "completed_rate": lambda totals: f"{totals.completed:,} of {totals.calls:,} calls" if totals.calls else "",
    "average_duration": lambda totals: _of("with talk time", totals.talking),
    "cost": lambda totals: _of("with a cost", totals.priced),
}


def _of(what: str, calls: int) -> str:
    return f"{calls:,} {what}" if calls else ""


def line(series: Sequence[Number | None]) -> str:
    """From zero at the bottom to the largest value at the top; a bucket without a value is a gap."""
    most = max((float(value) for value in series if value is not None), default=0.0)
    if len(series) < 2 or not most:
        return ""
    parts, is_drawing = [], False
    for index, value in enumerate(series):
        if value is not None:
            x, y = index * WIDTH / (len(series) - 1), HEIGHT - 2 - float(value) / most * (HEIGHT - 4)
            parts.append(f"{'L' if is_drawing else 'M'}{x:.1f},{y:.1f}")
        is_drawing = value is not None
    return "".join(parts)
