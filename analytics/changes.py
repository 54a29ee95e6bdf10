"""What changed: which segments make up the difference of a metric between two periods.

A metric is a sum over the segments of weight x rate: the number of calls that count, and what each of them brings.
With the means of both periods, the difference of weight x rate is exactly
    (difference of weights) x (mean rate)  +  (mean weight) x (difference of rates),
the mix and the segment's own part (the midpoint form of Marshall and Edgeworth, without a remainder). Averages take
the share of the calls as weight, and rates count from the mean of both periods, so that a segment that grows pulls
the average up only if it lies above it. All in fractions: the contributions add up to the difference exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from analytics.totals import NOTHING, Totals, total

# With fewer calls than this in either period, a segment is named a small sample.
SMALL = 30


@dataclass(frozen=True, slots=True)
class Decomposition:
    """How a metric is made of segments. An average divides the amount by the weight, a sum does not."""

    weight: Callable[[Totals], int]
    amount: Callable[[Totals], Fraction]
    is_average: bool

    def rate(self, totals: Totals) -> Fraction | None:
        """What one unit of weight brings; None without any."""
        weight = self.weight(totals)
        return self.amount(totals) / weight if weight else None

    def value(self, totals: Totals) -> Fraction | None:
        return self.rate(totals) if self.is_average else self.amount(totals)


DECOMPOSITIONS = {
    "calls": Decomposition(lambda t: t.calls, lambda t: Fraction(t.calls), False),
    "completed_rate": Decomposition(lambda t: t.calls, lambda t: Fraction(t.completed), True),
    "average_duration": Decomposition(lambda t: t.talking, lambda t: Fraction(t.talk_ms, 1000), True),
    "cost": Decomposition(lambda t: t.priced, lambda t: Fraction(t.cost_units, 10_000), False),
}


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one segment contributes to a difference, in the unit of the metric. `excess` is how much that is beyond
    what its share of the calls would lead one to expect."""

    key: str
    before: Totals
    after: Totals
    mix: Fraction
    own: Fraction
    excess: Fraction

    @property
    def amount(self) -> Fraction:
        return self.mix + self.own

    @property
    def is_small(self) -> bool:
        return min(self.before.calls, self.after.calls) < SMALL


def contributions(
    decomposition: Decomposition, before: Mapping[str, Totals], after: Mapping[str, Totals]
) -> list[Contribution]:
    """One for each segment of either period, the largest first; none when an average has nothing to be taken of."""
    whole_before, whole_after = total(before.values()), total(after.values())
    first, second = decomposition.value(whole_before), decomposition.value(whole_after)
    if first is None or second is None:
        return []
    keys = [*after, *(key for key in before if key not in after)]
    parts = [
        _Part(decomposition, key, before.get(key, NOTHING), after.get(key, NOTHING), whole_before, whole_after)
        for key in keys
    ]
    found = [part.contribution(second - first) for part in parts]
    return sorted(found, key=lambda one: (-abs(one.amount), one.key))


@dataclass(frozen=True, slots=True)
class _Part:
    decomposition: Decomposition
    key: str
    before: Totals
    after: Totals
    whole_before: Totals
    whole_after: Totals

    def contribution(self, difference: Fraction) -> Contribution:
        rate = self.decomposition.rate
        # A segment that one period does not have changed its weight, not its rate.
        old = _first(rate(self.before), rate(self.after))
        new = _first(rate(self.after), rate(self.before))
        old_share = self._share(self.before, self.whole_before)
        new_share = self._share(self.after, self.whole_after)
        if self.decomposition.is_average:
            old_weight, new_weight = old_share, new_share
            centre = (_first(rate(self.whole_before)) + _first(rate(self.whole_after))) / 2
        else:
            old_weight, new_weight = Fraction(self._weight(self.before)), Fraction(self._weight(self.after))
            centre = Fraction(0)
        mix = (new_weight - old_weight) * ((old + new) / 2 - centre)
        own = (old_weight + new_weight) / 2 * (new - old)
        expected = (old_share + new_share) / 2 * difference
        return Contribution(self.key, self.before, self.after, mix, own, mix + own - expected)

    def _weight(self, totals: Totals) -> int:
        return self.decomposition.weight(totals)

    def _share(self, part: Totals, whole: Totals) -> Fraction:
        return Fraction(self._weight(part), self._weight(whole)) if self._weight(whole) else Fraction(0)


def _first(*values: Fraction | None) -> Fraction:
    return next((value for value in values if value is not None), Fraction(0))


def telling(many: Iterable[Contribution], difference: Fraction) -> list[Contribution]:
    """Those that pull the way of the difference and more than their share does, the most telling first; small samples
    last."""
    pulling = [one for one in many if one.amount * difference > 0 and one.excess * difference > 0]
    return sorted(pulling, key=lambda one: (one.is_small, -abs(one.excess), one.key))
