"""Intervals and percentiles, in plain numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

# The 97.5th percentile of the normal distribution: 2.5 % lie beyond it on either side.
Z_95 = 1.959963984540054
MEDIAN, P95 = Fraction(1, 2), Fraction(95, 100)


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


def wilson(successes: int, trials: int) -> Interval | None:
    """The 95 % score interval of a share (Wilson 1927); None without trials."""
    if not trials:
        return None
    share, square = successes / trials, Z_95**2 / trials
    middle = share + square / 2
    half = Z_95 * math.sqrt(share * (1 - share) / trials + square / (4 * trials))
    low, high = (middle - half) / (1 + square), (middle + half) / (1 + square)
    # Exact at the ends, where rounding leaves a little.
    return Interval(0.0 if successes == 0 else low, 1.0 if successes == trials else high)


def percentile_places(count: int, share: Fraction) -> tuple[int, int, float]:
    """Where a percentile lies among `count` sorted values: between which two, counting from 0, and how far from the
    first to the second (linear interpolation, method 7 of Hyndman and Fan 1996)."""
    place = (count - 1) * share
    low = math.floor(place)
    return low, min(low + 1, count - 1), float(place - low)


def percentile(values: Sequence[float], share: Fraction) -> float | None:
    """Of sorted values; None without any."""
    if not values:
        return None
    low, high, part = percentile_places(len(values), share)
    return values[low] + (values[high] - values[low]) * part
