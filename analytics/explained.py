"""Two periods of a selection: what changed, divided by every dimension that may tell why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import F

from analytics.buckets import Against, Comparison, chosen_days, compare
from analytics.captured import asking, variables_of, with_variable
from analytics.changes import DECOMPOSITIONS, Contribution, contributions, telling
from analytics.daily import by_day, calls_of, over
from analytics.dimensions import DIMENSIONS
from analytics.metrics import MEASURES, Measure
from analytics.sentences import sentence
from analytics.totals import Totals, grouped, total
from calls.filters import CallFilter

EXPLAINING = ("assistant", "campaign", "direction", "hour", "ended_reason")
# The result itself, in other words: it is shown, but explains nothing.
RESULTS = ("ended_reason",)
VARIABLES = 5
VALUES = 20
MISSING, OTHERS = "\x00missing", "\x00others"


@dataclass(frozen=True, slots=True)
class Piece:
    """One segment's contribution. The queries select its calls in either period, None when the log cannot."""

    division: str
    label: str
    contribution: Contribution
    query: str | None
    before_query: str | None


@dataclass(frozen=True, slots=True)
class Division:
    """All segments of one dimension or variable, the largest contribution first; they add up to the difference."""

    name: str
    label: str
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class Explanation:
    """`difference` is None when one of the periods has no value. `ranked` are the most telling segments of all
    divisions: see analytics.changes.telling."""

    measure: Measure
    comparison: Comparison
    before: Fraction | None
    after: Fraction | None
    difference: Fraction | None
    divisions: list[Division]
    ranked: list[Piece]
    sentence: str
    query: str
    before_query: str


def changes_of(
    selection: CallFilter,
    measure: str,
    against: Against = Against.PREVIOUS,
    *,
    by_weekday: bool = False,
    chosen: date | None = None,
) -> Explanation | None:
    """Of a measure of MEASURES. None where the selection has no days, or the calendar none to compare them with."""
    daily = by_day(selection)
    days = chosen_days(selection).spanning(daily, selection.selection.today)
    comparison = compare(days, against, by_weekday=by_weekday, chosen=chosen) if days else None
    if comparison is None:
        return None
    earlier = over(selection, comparison.others)
    decomposition = DECOMPOSITIONS[measure]
    after = decomposition.value(total(daily.values()))
    before = decomposition.value(total(by_day(earlier).values()))
    difference = None if after is None or before is None else after - before
    divisions = _divisions(measure, earlier, selection) if difference is not None else []
    ranked = _ranked(divisions, difference) if difference else []
    return Explanation(
        MEASURES[measure],
        comparison,
        before,
        after,
        difference,
        divisions,
        ranked,
        sentence(MEASURES[measure], before, after, ranked[0] if ranked else None),
        selection.query(),
        earlier.query(),
    )


def _ranked(divisions: list[Division], difference: Fraction) -> list[Piece]:
    pieces = {
        (division.name, piece.contribution.key): piece
        for division in divisions
        if division.name not in RESULTS and len(division.pieces) > 1
        for piece in division.pieces
    }
    by_identity = {id(piece.contribution): piece for piece in pieces.values()}
    return [by_identity[id(one)] for one in telling((piece.contribution for piece in pieces.values()), difference)]


def _divisions(measure: str, earlier: CallFilter, selection: CallFilter) -> list[Division]:
    by_dimension = [_by_dimension(name, measure, earlier, selection) for name in EXPLAINING]
    by_variable = [_by_variable(name, measure, earlier, selection) for name in _variables(earlier, selection)]
    return [division for division in (*by_dimension, *by_variable) if division.pieces]


def _by_dimension(name: str, measure: str, earlier: CallFilter, selection: CallFilter) -> Division:
    dimension = DIMENSIONS[name]
    found = contributions(DECOMPOSITIONS[measure], dimension.totals(earlier), dimension.totals(selection))
    pieces = [
        Piece(
            dimension.label.lower(),
            dimension.title(one.key, selection),
            one,
            dimension.query(one.key, selection),
            dimension.query(one.key, earlier),
        )
        for one in found
    ]
    return Division(name, dimension.label, pieces)


def _variables(earlier: CallFilter, selection: CallFilter) -> list[str]:
    """The names of the most frequent, of both periods together."""
    counted: Counter[str] = Counter()
    for one in (earlier, selection):
        counted.update({variable.name: variable.calls for variable in variables_of(one)})
    return sorted(counted, key=lambda name: (-counted[name], name))[:VARIABLES]


def _by_variable(name: str, measure: str, earlier: CallFilter, selection: CallFilter) -> Division:
    before, after = _by_value(earlier, name), _by_value(selection, name)
    kept = _most_frequent(before, after)
    found = contributions(DECOMPOSITIONS[measure], _merged(before, kept), _merged(after, kept))
    pieces = [
        Piece(name, _value_title(one.key), one, _asking(selection, name, one.key), _asking(earlier, name, one.key))
        for one in found
    ]
    return Division(f"variable:{name}", name, pieces)


def _by_value(selection: CallFilter, name: str) -> dict[str, Totals]:
    rows = grouped(with_variable(calls_of(selection), name), key=F("captured__value_text"))
    return {MISSING if text is None else text: totals for text, totals in rows.items()}


def _most_frequent(before: Mapping[str, Totals], after: Mapping[str, Totals]) -> set[str]:
    counted: Counter[str] = Counter()
    for side in (before, after):
        counted.update({text: totals.calls for text, totals in side.items()})
    return {MISSING, *sorted(counted, key=lambda text: (-counted[text], text))[:VALUES]}


def _merged(by_text: Mapping[str, Totals], kept: set[str]) -> dict[str, Totals]:
    parts: dict[str, list[Totals]] = {}
    for text, totals in by_text.items():
        parts.setdefault(text if text in kept else OTHERS, []).append(totals)
    return {text: total(many) for text, many in parts.items()}


def _value_title(key: str) -> str:
    return {MISSING: "not captured", OTHERS: "other values"}.get(key, key)


def _asking(selection: CallFilter, name: str, key: str) -> str | None:
    return None if key in (MISSING, OTHERS) else asking(selection, name, key)
