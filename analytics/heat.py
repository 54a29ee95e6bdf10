"""The heat map: hours of the week, the darker the more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics import words
from analytics.metrics import MEASURES, Measure
from analytics.patterns import Cell

SHADES = ("calls", "completed_rate", "average_duration", "cost")
STEPS = 8


@dataclass(frozen=True, slots=True)
class HeatCell:
    """`step` is 0 for nothing and up to STEPS for the most."""

    text: str
    title: str
    step: int
    query: str | None


@dataclass(frozen=True, slots=True)
class HeatRow:
    label: str
    cells: list[HeatCell]


def heat_rows(cells: Sequence[Sequence[Cell]], shade: str) -> list[HeatRow]:
    measure = MEASURES[shade]
    values = [float(value) for row in cells for cell in row if (value := measure.of(cell.totals)) is not None]
    most = max(values, default=0.0)
    return [HeatRow(row[0].weekday.capitalize()[:3], [_cell(cell, measure, most) for cell in row]) for row in cells]


def _cell(cell: Cell, measure: Measure, most: float) -> HeatCell:
    value = measure.of(cell.totals)
    calls = cell.totals.calls
    what = f"{calls:,} {'call' if calls == 1 else 'calls'}"
    if measure.name != "calls" and calls:
        what = f"{words.written(value, measure.unit)}, {what}"
    step = round(float(value) / most * STEPS) if value and most else 0
    return HeatCell(
        short(value, measure) if calls else "",
        f"{cell.weekday.capitalize()} {cell.hour:02}:00–{cell.hour:02}:59: {what}",
        max(step, 1) if value else 0,
        cell.query if calls else None,
    )


def short(value: words.Number | None, measure: Measure) -> str:
    """What fits into a small cell: `64` for a rate of 64 %, `1.2k` for 1,234."""
    if value is None:
        return ""
    if measure.unit == "seconds":
        return words.seconds(value)
    number = float(value) * 100 if measure.unit == "share" else float(value)
    if number < 1000:
        return f"{number:,.0f}"
    return f"{number / 1000:,.{1 if number < 10_000 else 0}f}k"
