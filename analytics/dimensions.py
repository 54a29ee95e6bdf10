"""What calls can be divided by: each call belongs to one segment of a dimension."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, IntegerField, Q, When

from analytics.daily import calls_of, years_of
from analytics.grains import ROLLED_UP
from analytics.links import narrowed, within_duration
from analytics.rollups import column_totals
from analytics.totals import Totals, collected, read, total
from calls import clock, countries
from calls.choices import Direction, Status
from calls.filters import CallFilter
from calls.parameters import NONE, WEEKDAYS
from calls.reading import Constant

# Where a band of durations begins, in seconds; a band has its beginning and not its end.
BANDS = (0, 30, 60, 120, 300, 600)


@dataclass(frozen=True, slots=True)
class Dimension:
    """`expression` is what the database groups by, `key` makes the segment's name in a query string of it, `title`
    names the segment to a person, and `query` selects its calls."""

    name: str
    label: str
    expression: Callable[[CallFilter], Any]
    key: Callable[[Any], str]
    title: Callable[[str, CallFilter], str]
    query: Callable[[str, CallFilter], str | None]

    def keyed(self, rows: Mapping[Any, Totals]) -> dict[str, Totals]:
        """From totals by the values of the database, several of which may have one key."""
        parts: dict[str, list[Totals]] = {}
        for value, totals in rows.items():
            parts.setdefault(self.key(value), []).append(totals)
        return {key: total(many) for key, many in parts.items()}


def divided(selection: CallFilter, dimensions: Iterable[Dimension]) -> dict[str, dict[str, Totals]]:
    """By the name of each dimension, and key; segments without calls are left out. What the daily totals do not know
    is read from the calls at once."""
    found: dict[str, dict[str, Totals]] = {}
    left = []
    for dimension in dimensions:
        rows = column_totals(selection, dimension.name) if dimension.name in ROLLED_UP else None
        if rows is None:
            left.append(dimension)
        else:
            found[dimension.name] = dimension.keyed(rows)
    return found | (_from_calls(selection, left) if left else {})


def _from_calls(selection: CallFilter, dimensions: Sequence[Dimension]) -> dict[str, dict[str, Totals]]:
    values = {f"dimension_{one.name}": one.expression(selection) for one in dimensions}
    rows = read(calls_of(selection), **values)
    parts = {one: collected((row[place], row[len(values) :]) for row in rows) for place, one in enumerate(dimensions)}
    return {one.name: one.keyed(totals) for one, totals in parts.items()}


def word(value: Any) -> str:
    return NONE if value in (None, "") else str(value)


def parameter(
    name: str,
    label: str,
    title: Callable[[str, CallFilter], str],
    expression: Callable[[CallFilter], Any] | None = None,
    key: Callable[[Any], str] = word,
) -> Dimension:
    """A dimension that a parameter of the same name selects by."""
    return Dimension(
        name,
        label,
        expression or (lambda selection: F(name)),
        key,
        title,
        lambda key, selection: narrowed(selection, **{name: key}),
    )


def named(options: dict[int, str], key: str, none: str) -> str:
    return none if key == NONE else options.get(int(key), key)


def band(value: int) -> str:
    """`none`, or its first second."""
    return NONE if value < 0 else str(BANDS[value])


def band_limits(key: str) -> tuple[int, int | None]:
    """The shortest and the longest duration in milliseconds."""
    place = BANDS.index(int(key))
    end = BANDS[place + 1] if place + 1 < len(BANDS) else None
    return max(BANDS[place] * 1000, 1), None if end is None else end * 1000 - 1


def band_title(key: str, selection: CallFilter) -> str:
    if key == NONE:
        return "No talk time"
    place = BANDS.index(int(key))
    first = _clock(BANDS[place])
    return f"{first} to {_clock(BANDS[place + 1])}" if place + 1 < len(BANDS) else f"{first} and longer"


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"


def band_query(key: str, selection: CallFilter) -> str | None:
    return narrowed(selection, talked="false") if key == NONE else within_duration(selection, *band_limits(key))


def bands(selection: CallFilter) -> Case:
    longer = [When(duration_ms__lt=Constant(end * 1000), then=Constant(place)) for place, end in enumerate(BANDS[1:])]
    silent = When(Q(duration_ms__isnull=True) | Q(duration_ms=Constant(0)), then=Constant(-1))
    return Case(silent, *longer, default=Constant(len(BANDS) - 1), output_field=IntegerField())


def direction_title(key: str, selection: CallFilter) -> str:
    return "Not known" if key == NONE else Direction(key).label


DIMENSIONS = {
    dimension.name: dimension
    for dimension in (
        parameter("assistant", "Assistant", lambda key, s: named(s.selection.assistants, key, "No assistant")),
        parameter("campaign", "Campaign", lambda key, s: named(s.selection.campaigns, key, "No campaign")),
        parameter("direction", "Direction", direction_title),
        parameter("status", "Status", lambda key, s: Status(key).label),
        parameter("ended_reason", "Ended reason", lambda key, s: "Not known" if key == NONE else key),
        parameter(
            "country",
            "Country",
            lambda key, s: countries.name(key).capitalize() if key == NONE else countries.name(key),
            lambda selection: countries.beginning(),
            countries.country_of,
        ),
        parameter(
            "hour",
            "Hour",
            lambda key, s: f"{int(key):02}:00",
            lambda selection: clock.hour(selection.selection.zone, years_of(selection)),
            str,
        ),
        parameter(
            "weekday",
            "Weekday",
            lambda key, s: key.capitalize(),
            lambda selection: clock.weekday(selection.selection.zone, years_of(selection)),
            lambda number: WEEKDAYS[number],
        ),
        Dimension("duration", "Duration", bands, band, band_title, band_query),
    )
}
