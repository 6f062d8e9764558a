"""Ratios that only a review can tell: the share estimator, a simulation, and the edges."""

import numpy as np
import pytest

from methods.correction import estimate_share
from methods.errors import EstimateRefusedError, InvalidArgumentError, InvalidCountsError
from methods.review_estimates import estimate_powered_ratio, estimate_ratio, gather_moments

SIZES = np.array([400.0, 3600.0])


def reviewed(strata, values, *, count=2):
    found = gather_moments(strata, values, count=count)
    return {"reviewed": found.reviewed, "sums": found.sums, "products": found.products}


def draw(rng, *, flagged_share=0.9, missed_share=0.3, n=(150, 250)):
    """A population of two strata: at risk (d), missed (y), and what a detector counts of both (e, f)."""
    stratum = np.repeat([0, 1], SIZES.astype(int))
    risk = np.where(stratum == 0, rng.random(stratum.size) < flagged_share, rng.random(stratum.size) < 0.02)
    missed = risk & (rng.random(stratum.size) < np.where(stratum == 0, missed_share, 0.9))
    seen = np.column_stack([missed, risk, missed & (stratum == 0), stratum == 0]).astype(float)
    picked = np.concatenate(
        [rng.choice(np.flatnonzero(stratum == place), size, replace=False) for place, size in enumerate(n)]
    )
    return seen, stratum, picked


def test_a_ratio_of_which_every_unit_is_the_population_is_the_stratified_share():
    rng = np.random.default_rng(5)
    strata = np.repeat([0, 1], [100, 100])
    yes = rng.random(200) < 0.3
    own = estimate_ratio(SIZES, **reviewed(strata, np.column_stack([yes, np.ones(200)])))
    share = estimate_share(SIZES, reviewed=[100, 100], confirmed=[yes[:100].sum(), yes[100:].sum()])
    assert own.value == pytest.approx(share.value, abs=1e-12)
    assert own.standard_error == pytest.approx(share.standard_error, rel=1e-9)
    assert (own.low, own.high) == pytest.approx((share.low, share.high), rel=1e-9)


def test_the_reviewed_ratio_is_right_where_the_raw_one_is_not():
    """Raw: misses over flagged. True: misses over all at risk, of whom some were never flagged."""
    rng = np.random.default_rng(11)
    inside = narrower = 0
    errors, raw_errors = [], []
    for _ in range(200):
        seen, stratum, picked = draw(rng)
        truth = seen[:, 0].sum() / seen[:, 1].sum()
        sample = reviewed(stratum[picked], seen[picked])
        plain = estimate_ratio(
            SIZES, **(sample | {"sums": sample["sums"][:, :2], "products": sample["products"][:, :2, :2]})
        )
        powered = estimate_powered_ratio(
            SIZES, **sample, counted=seen[:, 2].sum(), counted_of=seen[:, 3].sum()
        )
        errors.append(plain.value - truth)
        raw_errors.append(seen[:, 2].sum() / seen[:, 3].sum() - truth)
        inside += plain.low <= truth <= plain.high
        narrower += powered.standard_error <= plain.standard_error * (1 + 1e-9)
    assert abs(np.mean(errors)) < 3 * np.std(errors) / np.sqrt(200)
    assert np.mean(raw_errors) < -0.05
    assert inside >= 184  # 92 % of 200 at a nominal 95 %
    assert narrower == 200


@pytest.mark.parametrize("missed", [0, 1])
def test_flagged_cases_do_not_make_up_for_misses_that_stand_for_forty_each(missed: int):
    """2 % of 20,000 are real, 80 of them unflagged: in 13 and 27 % of draws 500 reviews see none or one."""
    real, rest = np.array([124, missed]), np.array([200, 500])
    values = np.concatenate(
        [np.column_stack([np.arange(n) < k, np.ones(n)]) for k, n in zip(real, rest, strict=True)]
    )
    found = estimate_ratio([516.0, 19_484.0], **reviewed(np.repeat([0, 1], rest), values))
    assert found.method == "ratio_gamma"
    assert found.high > 0.02


@pytest.mark.parametrize("missed", [1, 30])
def test_the_detectors_counts_give_no_interval_where_few_misses_decide(missed: int):
    places = np.repeat([0, 1], [200, 500])
    real = np.concatenate([np.arange(200) < 124, np.arange(500) < missed])
    flagged = places == 0
    values = np.column_stack([real, np.ones(700), flagged, np.ones(700)])
    found = estimate_powered_ratio(
        [516.0, 19_484.0], **reviewed(places, values), counted=516.0, counted_of=20_000.0
    )
    assert found.value > 0
    assert np.isnan(found.low) == (missed == 1)


def test_few_events_keep_an_interval_with_width():
    strata = np.repeat([0, 1], [60, 60])
    none = estimate_ratio(SIZES, **reviewed(strata, np.column_stack([np.zeros(120), np.ones(120)])))
    every = estimate_ratio(SIZES, **reviewed(strata, np.ones((120, 2))))
    assert (none.value, none.low, none.method) == (0.0, 0.0, "ratio_gamma")
    assert none.high > 0.02
    assert (every.value, every.high) == (1.0, 1.0)
    assert every.low < 0.98


def test_nobody_reviewed_in_the_population_is_unknown_and_never_zero():
    found = estimate_ratio(SIZES, **reviewed(np.repeat([0, 1], 5), np.zeros((10, 2))))
    assert np.isnan(found.value)
    assert np.isnan(found.high)
    assert found.method == "none_in_population"


def test_a_stratum_with_units_and_no_review_is_refused():
    with pytest.raises(EstimateRefusedError, match=r"positions \[1\]"):
        estimate_ratio(SIZES, **reviewed(np.zeros(5, dtype=int), np.ones((5, 2))))


def test_more_reviewed_than_there_are_is_refused():
    with pytest.raises(InvalidCountsError):
        estimate_ratio([3.0, 10.0], **reviewed(np.repeat([0, 1], 5), np.ones((10, 2))))


def test_a_unit_of_no_stratum_is_refused():
    with pytest.raises(InvalidArgumentError):
        gather_moments([0, 2], np.ones((2, 2)), count=2)


def test_everything_reviewed_leaves_nothing_to_estimate():
    strata = np.repeat([0, 1], 5)
    values = np.column_stack([strata, np.ones(10)]).astype(float)
    found = estimate_ratio([5.0, 5.0], **reviewed(strata, values))
    assert (found.value, found.low, found.high, found.method) == (0.5, 0.5, 0.5, "census")


def test_a_useless_detector_gets_no_weight():
    rng = np.random.default_rng(2)
    strata = np.repeat([0, 1], 100)
    yes = (rng.random(200) < 0.4).astype(float)
    values = np.column_stack([yes, np.ones(200), np.zeros(200), np.ones(200)])
    found = estimate_powered_ratio(SIZES, **reviewed(strata, values), counted=0.0, counted_of=4000.0)
    plain = estimate_ratio(SIZES, **reviewed(strata, values[:, :2]))
    assert found.weight == 0.0
    assert found.value == pytest.approx(plain.value)
