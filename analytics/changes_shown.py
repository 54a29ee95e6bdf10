"""What changed, as tables: the most telling segments, and all segments of each division."""

from __future__ import annotations

from collections.abc import Sequence

from analytics import words
from analytics.changes import DECOMPOSITIONS
from analytics.explained import Division, Explanation, Piece
from analytics.metrics import Measure
from analytics.tables import Cell, Column, Row, Table, columns, figure

RANKED = 8
SHOWN = 20


def heads(first: str) -> list[Column]:
    return [
        *columns(first),
        Column("Contribution", "What the segment adds to the difference: its mix and its own part"),
        Column("Mix", "Because its part of the calls changed"),
        Column("Own", "Because the segment itself changed"),
        *columns("Now", "Before", "Calls now", "Calls before"),
    ]


def ranked(found: Explanation) -> Table:
    pieces = found.ranked[:RANKED]
    rows = [_row(piece, f"{piece.division}: {piece.label}", found, _most(pieces)) for piece in pieces]
    return Table("telling", "The segments that tell most of the difference", heads("Segment"), rows)


def divided(division: Division, found: Explanation) -> Table:
    """All contributions of one division: they add up to the difference."""
    most = _most(division.pieces)
    rows = [_row(piece, piece.label, found, most) for piece in division.pieces[:SHOWN]]
    left = division.pieces[SHOWN:]
    if left:
        rest = sum(piece.contribution.amount for piece in left)
        nothing = [Cell("")] * 6
        rows.append(Row(Cell(f"{len(left):,} others"), [_difference(rest, found.measure), *nothing]))
    whole = [_difference(found.difference, found.measure), Cell(""), Cell("")]
    ends = [figure(value, found.measure.unit) for value in (found.after, found.before)]
    id = f"changes-{division.name.replace(':', '-')}"
    foot = Row(Cell("Difference"), [*whole, *ends, Cell(""), Cell("")])
    return Table(id, f"Contributions by {division.label.lower()}", heads(division.label), rows, foot)


def _most(pieces: Sequence[Piece]) -> float:
    return max((abs(float(piece.contribution.amount)) for piece in pieces), default=0.0)


def _row(piece: Piece, label: str, found: Explanation, most: float) -> Row:
    one, measure = piece.contribution, found.measure
    value = DECOMPOSITIONS[measure.name].value
    cells = [
        _difference(one.amount, measure, most),
        _difference(one.mix, measure),
        _difference(one.own, measure),
        figure(value(one.after), measure.unit, piece.query),
        figure(value(one.before), measure.unit, piece.before_query),
        figure(one.after.calls, "calls", piece.query),
        figure(one.before.calls, "calls", piece.before_query),
    ]
    return Row(Cell(label, piece.query if one.after.calls else None), cells, "small sample" if one.is_small else "")


def _difference(value: words.Number | None, measure: Measure, most: float = 0) -> Cell:
    """With a bar to either side of the middle, as long as its part of the largest."""
    if measure.unit == "calls" and value is not None:
        value = round(value)
    bar = None
    if most and value:
        length = round(float(value) / most * 50, 1)
        bar = (50.0 if length > 0 else 50 + length, length)
    return Cell(words.signed(value, measure.unit), None, words.plain(value), bar)
