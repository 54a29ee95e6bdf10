from fractions import Fraction

import numpy
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scipy import stats

from analytics.statistics import percentile, wilson

at_leisure = hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@at_leisure
@given(st.integers(0, 10_000).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))))
def test_the_interval_of_a_share_is_that_of_scipy(numbers):
    successes, trials = numbers
    if not trials:
        assert wilson(0, 0) is None
        return
    expected = stats.binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    found = wilson(successes, trials)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


@at_leisure
@given(st.lists(st.integers(0, 10_000_000), min_size=1, max_size=200), st.fractions(0, 1, max_denominator=100))
def test_a_percentile_is_that_of_numpy(values, share):
    expected = numpy.percentile(values, float(share * 100), method="linear")
    assert percentile(sorted(values), share) == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_nothing_has_no_percentile():
    assert percentile([], Fraction(1, 2)) is None
