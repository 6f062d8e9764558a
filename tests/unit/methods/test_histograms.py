"""Quantiles from bins, with values that are only lower bounds."""

import numpy as np
import pytest

from methods.errors import InvalidArgumentError, InvalidCountsError
from methods.histograms import estimate_quantile

EDGES = [0, 10, 20, 40, 80]


def test_the_median_lies_in_its_bin_in_proportion():
    # 4 below 10, 4 between 10 and 20, 2 above: the fifth of ten is a quarter into the second bin.
    assert estimate_quantile(EDGES, [4, 4, 2, 0, 0]).value == pytest.approx(12.5)
    assert estimate_quantile(EDGES, [5, 3, 2, 0, 0]).value == pytest.approx(10.0)


def test_the_ninetieth_percentile_comes_from_the_same_counts():
    assert estimate_quantile(EDGES, [4, 4, 2, 0, 0], quantile=0.9).value == pytest.approx(30.0)


def test_whole_numbers_stay_whole():
    edges = [1, 2, 3, 4, 6, 11]
    assert estimate_quantile(edges, [3, 5, 2, 0, 0, 0], whole_numbers=True).value == 2
    assert estimate_quantile(edges, [1, 1, 1, 7, 0, 0], whole_numbers=True).value in (4, 5)
    assert estimate_quantile([1, 2, 3], [5, 5, 0], whole_numbers=True).value == 1


def test_lower_bounds_push_the_median_up_instead_of_being_dropped():
    dropped = estimate_quantile(EDGES, [4, 4, 2, 0, 0])
    kept = estimate_quantile(EDGES, [4, 4, 2, 0, 0], censored=[3, 0, 0, 0, 0])
    assert kept.value > dropped.value


def test_the_product_limit_is_kaplan_and_meiers():
    # At risk 10, 4 events, 2 censored -> 0.6; at risk 4, 2 events -> 0.3: 0.5 lies a third into the second
    # bin.
    found = estimate_quantile(EDGES, [4, 2, 0, 0, 0], censored=[2, 0, 0, 2, 0])
    assert found.value == pytest.approx(10 + 10 / 3)


def test_a_median_that_was_not_reached_is_not_known_but_bounded():
    found = estimate_quantile(EDGES, [2, 1, 0, 0, 0], censored=[0, 0, 7, 0, 0])
    assert np.isnan(found.value)
    assert found.at_least == 20
    assert found.high == np.inf
    half = estimate_quantile(EDGES, [2, 3, 0, 0, 0], censored=[0, 0, 5, 0, 0])
    assert half.value == pytest.approx(20.0)


def test_the_open_last_bin_has_no_middle():
    found = estimate_quantile(EDGES, [1, 1, 0, 0, 8])
    assert np.isnan(found.value)
    assert found.at_least == 80


def test_one_unit_that_was_followed_long_bounds_no_median():
    found = estimate_quantile(EDGES, [2, 0, 0, 0, 0], censored=[0, 6, 0, 0, 1])
    assert np.isnan(found.value)
    assert found.at_least == 10


def test_no_values_are_not_known():
    found = estimate_quantile(EDGES, [0, 0, 0, 0, 0])
    assert np.isnan(found.value)
    assert np.isnan(found.low)
    assert np.isnan(found.at_least)


def test_one_value_still_has_a_wide_interval():
    found = estimate_quantile(EDGES, [0, 1, 0, 0, 0])
    assert 10 <= found.value <= 20
    assert found.low < found.value < found.high
    assert found.high == np.inf


def test_more_values_narrow_the_interval_around_the_same_median():
    small = estimate_quantile(EDGES, np.array([2, 4, 2, 1, 1]))
    large = estimate_quantile(EDGES, np.array([2, 4, 2, 1, 1]) * 100)
    assert small.value == pytest.approx(large.value)
    assert small.low < large.low < large.value < large.high < small.high


@pytest.mark.parametrize("quantile", [0.5, 0.9])
def test_the_interval_is_never_narrower_than_the_bin_whatever_its_values_are(quantile: float):
    """All of 188 values are 60, or all 119: the bin does not tell."""
    edges = [0, 10, 30, 60, 120, 300]
    found = estimate_quantile(edges, [0, 0, 0, 188, 0, 0], quantile=quantile, whole_numbers=True)
    assert (found.low, found.high) == (60, 119)
    divided = estimate_quantile(edges, [0, 0, 0, 188, 0, 0], quantile=quantile)
    assert (divided.low, divided.high) == (60, 120)


def test_a_bin_of_one_whole_number_has_no_width():
    found = estimate_quantile([0, 1, 2, 3], [0, 500, 3, 0], whole_numbers=True)
    assert (found.low, found.value, found.high) == (1, 1, 1)


def test_the_interval_of_the_median_covers_it():
    rng = np.random.default_rng(8)
    edges = np.arange(0, 200, 5)
    truth, inside = 20 * np.log(2), 0
    for _ in range(400):
        times, ends = rng.exponential(20, 80), rng.exponential(60, 80)
        seen = np.minimum(times, ends)
        bins = np.clip(np.digitize(seen, edges) - 1, 0, len(edges) - 1)
        happened = np.bincount(bins[times <= ends], minlength=len(edges))
        lost = np.bincount(bins[times > ends], minlength=len(edges))
        found = estimate_quantile(edges, happened, censored=lost)
        inside += found.low <= truth <= found.high
    assert inside / 400 >= 0.92


def test_impossible_bins_are_refused():
    with pytest.raises(InvalidArgumentError, match="one length"):
        estimate_quantile([0, 1], [1])
    with pytest.raises(InvalidArgumentError, match="rise"):
        estimate_quantile([0, 0], [1, 1])
    with pytest.raises(InvalidCountsError):
        estimate_quantile([0, 1], [-1, 1])
    with pytest.raises(InvalidArgumentError, match="quantile"):
        estimate_quantile([0, 1], [1, 1], quantile=1.0)
