"""Two periods of a selection: what changed, divided by every dimension that may tell why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from analytics.buckets import Against, Comparison, chosen_days, compare
from analytics.captured import asking
from analytics.changes import DECOMPOSITIONS, Contribution, contributions, telling
from analytics.daily import by_day, over
from analytics.dimensions import DIMENSIONS, Dimension, divided
from analytics.metrics import MEASURES, Measure
from analytics.most_captured import MISSING, OTHERS, by_value, most_captured
from analytics.sentences import sentence
from analytics.totals import total
from calls.filters import CallFilter
from calls.parameters import NONE

EXPLAINING = ("assistant", "campaign", "direction", "hour", "ended_reason")
# The result itself, in other words: it is shown, but explains nothing.
RESULTS = ("ended_reason",)


@dataclass(frozen=True, slots=True)
class Piece:
    """One segment's contribution. `source` names it in a sentence. The queries select its calls in either period, None
    when the log cannot."""

    division: str
    label: str
    source: str
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
    dimensions, decomposition = [DIMENSIONS[name] for name in EXPLAINING], DECOMPOSITIONS[measure]
    before, after = divided(earlier, dimensions), divided(selection, dimensions)
    calls_before, calls_after = (total(found[EXPLAINING[0]].values()) for found in (before, after))
    followed = most_captured([(earlier, calls_before.calls), (selection, calls_after.calls)])
    values_before = by_value(earlier, followed, calls_before)
    values_after = by_value(selection, followed, calls_after)
    by_dimension = [
        _by_dimension(one, contributions(decomposition, before[one.name], after[one.name]), earlier, selection)
        for one in dimensions
    ]
    by_variable = [
        _by_variable(name, contributions(decomposition, values_before[name], values_after[name]), earlier, selection)
        for name in followed
    ]
    return [division for division in (*by_dimension, *by_variable) if division.pieces]


def _by_dimension(
    dimension: Dimension, found: list[Contribution], earlier: CallFilter, selection: CallFilter
) -> Division:
    pieces, name = [], dimension.label.lower()
    for one in found:
        label = dimension.title(one.key, selection)
        source = f"calls with no {name}" if one.key == NONE else f"{name} {label}"
        queries = (dimension.query(one.key, period) for period in (selection, earlier))
        pieces.append(Piece(name, label, source, one, *queries))
    return Division(dimension.name, dimension.label, pieces)


def _by_variable(name: str, found: list[Contribution], earlier: CallFilter, selection: CallFilter) -> Division:
    pieces = []
    words = {MISSING: ("not captured", f"calls that lack {name}"), OTHERS: ("other values", f"other values of {name}")}
    for one in found:
        label, source = words.get(one.key, (one.key, f"{name} {one.key}"))
        queries = (_asking(period, name, one.key) for period in (selection, earlier))
        pieces.append(Piece(name, label, source, one, *queries))
    return Division(f"variable:{name}", name, pieces)


def _asking(selection: CallFilter, name: str, key: str) -> str | None:
    return None if key in (MISSING, OTHERS) else asking(selection, name, key)
