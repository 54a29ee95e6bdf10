"""Where the calls of a selection lie: by hour of the week, and divided by one dimension."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from analytics.daily import calls_of, over, years_of
from analytics.dimensions import DIMENSIONS, Dimension, divided
from analytics.links import narrowed
from analytics.metrics import before
from analytics.statistics import Interval, wilson
from analytics.totals import NOTHING, Totals, grouped, total
from calls.clock import hour_of_week
from calls.filters import CallFilter
from calls.parameters import WEEKDAYS


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a selection; `share` is of its calls. `before` is the same part of the period before, None when
    there is no such period. `query` selects the calls, None when the log cannot ask for them."""

    key: str
    label: str
    totals: Totals
    before: Totals | None
    share: Fraction | None
    query: str | None

    @property
    def interval(self) -> Interval | None:
        """Of the completed rate."""
        return wilson(self.totals.completed, self.totals.calls)

    @property
    def change(self) -> float | None:
        """Of the number of calls, as a part of what it was; None where it was 0 or there is no period before."""
        if self.before is None or not self.before.calls:
            return None
        return self.totals.calls / self.before.calls - 1


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Most calls first; the segments add up to the totals."""

    dimension: Dimension
    segments: list[Segment]
    totals: Totals
    before: Totals | None


def breakdown_of(selection: CallFilter, name: str) -> Breakdown:
    """By a dimension of DIMENSIONS. Segments that only the period before had are there, without calls."""
    dimension, comparison = DIMENSIONS[name], before(selection)
    earlier = over(selection, comparison.others) if comparison else None
    found = divided(selection, [dimension])[name]
    found_before = divided(earlier, [dimension])[name] if earlier else {}
    whole = total(found.values())
    segments = [
        Segment(
            key,
            dimension.title(key, selection),
            found.get(key, NOTHING),
            found_before.get(key, NOTHING) if earlier else None,
            Fraction(found.get(key, NOTHING).calls, whole.calls) if whole.calls else None,
            dimension.query(key, selection),
        )
        for key in {**found, **found_before}
    ]
    segments.sort(key=lambda segment: (-segment.totals.calls, segment.label))
    return Breakdown(dimension, segments, whole, total(found_before.values()) if earlier else None)


@dataclass(frozen=True, slots=True)
class Cell:
    """One hour of the week."""

    weekday: str
    hour: int
    totals: Totals
    query: str | None


def heat_map_of(selection: CallFilter) -> list[list[Cell]]:
    """Seven rows from Monday on, of 24 cells each."""
    found = grouped(calls_of(selection), key=hour_of_week(selection.selection.zone, years_of(selection)))
    return [
        [
            Cell(
                day,
                hour,
                found.get(24 * number + hour, NOTHING),
                narrowed(selection, weekday=day, hour=str(hour)),
            )
            for hour in range(24)
        ]
        for number, day in enumerate(WEEKDAYS)
    ]
