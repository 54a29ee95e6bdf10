"""What changed, in one sentence."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from analytics.changes import DECOMPOSITIONS, Contribution
from analytics.metrics import Measure
from analytics.totals import Totals
from calls.choices import Status
from calls.format import format_credits_short, format_duration

if TYPE_CHECKING:
    from analytics.explained import Piece

MULTIPLES = ((Fraction(1, 2), "halved"), (Fraction(2), "doubled"), (Fraction(3), "tripled"))
# How near a multiple has to be to be called by its name.
NEAR = Fraction(1, 20)


def sentence(measure: Measure, before: Fraction | None, after: Fraction | None, piece: Piece | None) -> str:
    """`Completed rate fell from 64 % to 58 %: 4.1 of 6.0 points come from campaign Spring renewals, whose voicemail
    share doubled.`"""
    if before is None or after is None:
        which = "the period before" if before is None else "this period"
        return f"{measure.label} cannot be compared: nothing to measure in {which}."
    if before == after:
        return f"{measure.label} stayed at {value_words(measure, after)}."
    what = f"{measure.label} {_moved(before, after)}"
    old, new = _both_words(measure, before, after)
    change = f"from {old} to {new}" if old != new else f"by {amount_words(measure, abs(after - before))}"
    if piece is None:
        return f"{what} {change}; no part of the calls stands out."
    return f"{what} {change}: {_origin(measure, after - before, piece)}, {_reason(measure, piece.contribution)}."


def _moved(before: Fraction, after: Fraction) -> str:
    return "rose" if after > before else "fell"


def _origin(measure: Measure, difference: Fraction, piece: Piece) -> str:
    amount, whole = abs(piece.contribution.amount), abs(difference)
    small = ", a small sample" if piece.contribution.is_small else ""
    source = f"{piece.source}{small}"
    if amount > whole:
        return f"more than all of it ({amount_words(measure, amount)}) comes from {source}"
    number, unit = amount_words(measure, amount), amount_words(measure, whole)
    return f"{number.partition(' ')[0]} of {unit} come from {source}"


def _reason(measure: Measure, one: Contribution) -> str:
    """What the segment itself did, or how its weight changed: whatever contributed more."""
    if abs(one.own) <= abs(one.mix):
        return _weight_words(measure, one)
    if measure.name == "completed_rate" and (status := _turned_to(one)):
        old, new = (_share_of(totals, status) for totals in (one.before, one.after))
        return f"whose {Status(status).label.lower()} share {_course(old, new)}"
    rate = DECOMPOSITIONS[measure.name].rate
    old, new = (rate(totals) or Fraction(0) for totals in (one.before, one.after))
    subject = {"completed_rate": "completed rate", "average_duration": "average", "cost": "cost of a call"}[
        measure.name
    ]
    return f"whose {subject} {_moved(old, new)} from {value_words(measure, old)} to {value_words(measure, new)}"


def _weight_words(measure: Measure, one: Contribution) -> str:
    if not one.before.calls or not one.after.calls:
        return "which is new" if not one.before.calls else "which is gone"
    verb = "grew" if one.after.calls > one.before.calls else "shrank"
    if one.after.calls == one.before.calls:
        return "whose share of the calls changed"
    return f"which {verb} from {one.before.calls:,} to {one.after.calls:,} calls"


def _turned_to(one: Contribution) -> str | None:
    """The status whose share in the segment took most from the completed calls, or gave most to them."""
    sign = -1 if one.own > 0 else 1
    others = [status for status in Status.values if status != Status.COMPLETED]
    gains = {status: sign * (_share_of(one.after, status) - _share_of(one.before, status)) for status in others}
    status = max(gains, key=lambda status: gains[status])
    return status if gains[status] > 0 else None


def _share_of(totals: Totals, status: str) -> Fraction:
    return Fraction(totals.statuses.get(status, 0), totals.calls) if totals.calls else Fraction(0)


def _course(old: Fraction, new: Fraction) -> str:
    for multiple, word in MULTIPLES:
        if old and abs(new / old - multiple) <= multiple * NEAR:
            return word
    return f"{_moved(old, new)} from {percent(old)} to {percent(new)}"


def percent(share: Fraction, decimals: int = 0) -> str:
    return f"{float(share * 100):.{decimals}f} %"


def value_words(measure: Measure, value: Fraction) -> str:
    if measure.unit == "share":
        return percent(value)
    if measure.unit == "seconds":
        return format_duration(int(value * 1000))
    return f"{int(value):,}" if measure.unit == "calls" else format_credits_short(_decimal(value))


def _both_words(measure: Measure, before: Fraction, after: Fraction) -> tuple[str, str]:
    """Two values, as finely as it takes for their difference to be the one that amount_words() tells."""
    if measure.unit != "share":
        return value_words(measure, before), value_words(measure, after)
    whole = round(float(after) * 100) - round(float(before) * 100)
    decimals = 0 if f"{whole:.1f}" == f"{float((after - before) * 100):.1f}" else 1
    return percent(before, decimals), percent(after, decimals)


def amount_words(measure: Measure, amount: Fraction) -> str:
    """A difference: `4.1 points`, `12.0 s`, `120 calls`, `1.25 credits`."""
    if measure.unit == "share":
        return f"{float(amount * 100):.1f} points"
    if measure.unit == "seconds":
        return f"{float(amount):,.1f} s"
    return f"{int(amount):,} calls" if measure.unit == "calls" else f"{_decimal(amount):,.2f} credits"


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
