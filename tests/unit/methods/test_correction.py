"""Corrected rates against published numbers, and refusals where a number would mislead."""

import json
from pathlib import Path

import numpy as np
import pytest

from methods.correction import (
    estimate_powered_mean,
    estimate_sensitivity,
    estimate_share,
    rogan_gladen,
)
from methods.errors import EstimateRefusedError, InvalidArgumentError, InvalidCountsError
from methods.intervals import clopper_pearson


def test_the_two_phase_estimate_is_that_of_the_survey_package():
    # ppi_py forest data, all 33 flagged and every 20th of 1,563 unflagged reviewed; R survey.
    found = estimate_share([33, 1563], reviewed=[33, 79], confirmed=[1, 9])
    assert found.value == pytest.approx(0.112195044573459, abs=1e-12)
    assert found.standard_error == pytest.approx(0.034328864192138, abs=1e-9)
    assert found.low < 249 / 1596 < found.high
    assert found.value * 1596 == pytest.approx(179.063291139241)


def test_one_stratum_reviewed_lightly_is_the_simple_sample():
    found = estimate_share([1_000_000], reviewed=[400], confirmed=[40])
    assert found.value == pytest.approx(0.1)
    assert found.standard_error == pytest.approx(np.sqrt(0.09 / 399), rel=1e-3)
    assert found.method == "stratified_logit_t"


def test_twenty_confirmed_take_the_logit_interval_and_nineteen_the_gamma_interval():
    assert estimate_share([10_000], reviewed=[500], confirmed=[20]).method == "stratified_logit_t"
    assert estimate_share([10_000], reviewed=[500], confirmed=[19]).method == "stratified_gamma"
    assert estimate_share([10_000], reviewed=[500], confirmed=[481]).method == "stratified_gamma"
    assert estimate_share([10_000], reviewed=[500], confirmed=[480]).method == "stratified_logit_t"


def test_no_confirmed_unit_still_has_an_upper_end_and_a_standard_error():
    found = estimate_share([1000, 49_000], reviewed=[200, 500], confirmed=[0, 0])
    assert found.value == 0.0
    assert found.low == 0.0
    # Some 3.7 units of the largest weight, the exact end of none.
    assert found.high == pytest.approx(0.98 * clopper_pearson(0, 500).high, rel=0.01)
    assert found.standard_error > 0


def test_all_confirmed_mirrors_none_confirmed():
    none = estimate_share([10_000], reviewed=[100], confirmed=[0])
    everything = estimate_share([10_000], reviewed=[100], confirmed=[100])
    assert everything.low == pytest.approx(1 - none.high)
    assert everything.high == 1.0


def test_a_stratum_that_nobody_reviewed_is_refused_and_an_empty_one_is_not():
    with pytest.raises(EstimateRefusedError, match=r"positions \[1\]"):
        estimate_share([10, 20], reviewed=[5, 0], confirmed=[1, 0])
    assert estimate_share([10, 0], reviewed=[5, 0], confirmed=[1, 0]).value == pytest.approx(0.2)
    with pytest.raises(InvalidCountsError):
        estimate_share([10], reviewed=[11], confirmed=[1])
    with pytest.raises(InvalidCountsError):
        estimate_share([10], reviewed=[5], confirmed=[6])
    with pytest.raises(EstimateRefusedError, match="no units"):
        estimate_share([0], reviewed=[0], confirmed=[0])


def test_a_census_needs_no_interval():
    found = estimate_share([40], reviewed=[40], confirmed=[3])
    assert (found.low, found.value, found.high, found.method) == (0.075, 0.075, 0.075, "census")


def test_rare_misses_in_a_heavy_stratum_are_covered():
    rng = np.random.default_rng(6)
    sizes, reviewed, rates = np.array([1000, 49_000]), np.array([200, 1000]), np.array([0.3, 0.001])
    truth = float((sizes * rates).sum() / sizes.sum())
    inside = 0
    for _ in range(600):
        found = estimate_share(sizes, reviewed=reviewed, confirmed=rng.binomial(reviewed, rates))
        inside += found.low <= truth <= found.high
    assert inside / 600 >= 0.92


@pytest.mark.parametrize(("unflagged", "error"), [(500, 0.17), (1000, 0.12), (2000, 0.084), (5000, 0.052)])
def test_the_error_of_a_sensitivity_follows_the_size_of_the_unflagged_review(unflagged, error):
    # 300 of 1,000 flagged are true, 49 of 49,000 unflagged: sensitivity .86.
    found = estimate_sensitivity(
        [1000, 49_000], reviewed=[200, unflagged], confirmed=[60, unflagged * 0.001], is_flagged=[True, False]
    )
    assert found.value == pytest.approx(300 / 349)
    assert found.standard_error == pytest.approx(error, abs=0.006)
    assert found.low < found.value < found.high < 1


def test_without_a_miss_seen_the_sensitivity_has_only_a_lower_bound():
    found = estimate_sensitivity(
        [1000, 49_000], reviewed=[200, 500], confirmed=[60, 0], is_flagged=[True, False]
    )
    assert np.isnan(found.value)
    assert np.isnan(found.high)
    assert 0.3 < found.low < 0.5  # about 240 hits against at most 361 misses
    assert found.method == "lower_bound_no_miss_seen"
    one = estimate_sensitivity(
        [1000, 49_000], reviewed=[200, 500], confirmed=[60, 1], is_flagged=[True, False]
    )
    assert np.isfinite(one.value)


def test_a_sensitivity_without_reviews_of_both_sides_is_refused():
    with pytest.raises(EstimateRefusedError, match="unflagged"):
        estimate_sensitivity([10, 10], reviewed=[5, 5], confirmed=[1, 1], is_flagged=[True, True])
    with pytest.raises(EstimateRefusedError, match="no flagged unit"):
        estimate_sensitivity([10, 10], reviewed=[5, 5], confirmed=[0, 1], is_flagged=[True, False])


def test_rogan_gladen_gives_the_published_prevalence():
    # epiR epi.prev, example 1 (Abel 1993): 45 of 150, Se .96, Sp .89 -> 22.35 % (14.40 to 31.48).
    found = rogan_gladen(45, 150, sensitivity=0.96, specificity=0.89)
    assert found.value == pytest.approx(0.223529411764706, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((0.144009757396843, 0.314799769364605), abs=1e-6)
    assert found.is_valid


def test_fewer_flags_than_false_positives_are_clipped_and_marked_invalid():
    # epiR epi.prev, example 2 (Moujaber et al. 2008): 6 of 151, Se .964, Sp .927 -> -3.73 %.
    found = rogan_gladen(6, 151, sensitivity=0.964, specificity=0.927)
    assert found.unclipped == pytest.approx(-0.0373343441776113, abs=1e-6)
    assert found.value == 0.0
    assert not found.is_valid
    assert rogan_gladen(11, 150, sensitivity=0.964, specificity=0.927).is_valid


def test_a_weak_detector_is_refused_and_one_at_the_limit_is_not():
    with pytest.raises(EstimateRefusedError, match="too weak"):
        rogan_gladen(45, 150, sensitivity=0.5, specificity=0.699)
    assert rogan_gladen(70, 150, sensitivity=0.5, specificity=0.7001).value > 0


def test_error_rates_that_were_estimated_widen_the_interval():
    known = rogan_gladen(45, 150, sensitivity=0.96, specificity=0.89)
    estimated = rogan_gladen(
        45, 150, sensitivity=0.96, specificity=0.89, sensitivity_trials=50, specificity_trials=50
    )
    assert estimated.high - estimated.low > known.high - known.low
    assert np.isnan(rogan_gladen(0, 0, sensitivity=0.9, specificity=0.9).value)


def test_a_good_detector_narrows_the_interval_and_a_useless_one_does_not_widen_it():
    rng = np.random.default_rng(10)
    truth = rng.random(20_000) < 0.3
    good = np.where(rng.random(20_000) < 0.95, truth, ~truth).astype(float)
    useless = (rng.random(20_000) < 0.3).astype(float)
    labels = truth[:400].astype(float)
    alone = estimate_powered_mean(labels, good[:400], unlabelled_predictions=good[400:], weight=0.0)
    helped = estimate_powered_mean(labels, good[:400], unlabelled_predictions=good[400:])
    unhelped = estimate_powered_mean(labels, useless[:400], unlabelled_predictions=useless[400:])
    assert helped.high - helped.low < 0.7 * (alone.high - alone.low)
    assert unhelped.high - unhelped.low <= 1.001 * (alone.high - alone.low)
    assert helped.low < truth.mean() < helped.high


def test_twenty_positives_take_the_normal_interval_and_nineteen_the_exact_one():
    predictions, rest = np.tile([0.0, 1.0], 100), np.tile([0.0, 1.0], 500)
    labels = np.zeros(200)
    labels[:19] = 1
    assert (
        estimate_powered_mean(labels, predictions, unlabelled_predictions=rest).method == "labels_only_exact"
    )
    labels[19] = 1
    assert (
        estimate_powered_mean(labels, predictions, unlabelled_predictions=rest).method == "prediction_powered"
    )
    with pytest.raises(InvalidArgumentError):
        estimate_powered_mean([0.5, 1.0], [0, 1], unlabelled_predictions=[1])


@pytest.mark.full
def test_prediction_powered_inference_of_the_forest(shared: Path):
    oracle = json.loads((shared / "oracles" / "ppi_forest_n200.json").read_text())
    cases, expected = oracle["cases"], oracle["cases"]["expected"]
    labels = [int(each) for each in cases["y200"]]
    predictions = [int(each) for each in cases["yhat_all"]]
    for weight, name in ((1.0, "ppi_lambda1"), (None, "ppi_plus_plus")):
        for confidence, column in ((0.95, "ci95"), (0.90, "ci90")):
            found = estimate_powered_mean(
                labels,
                predictions[:200],
                unlabelled_predictions=predictions[200:],
                weight=weight,
                confidence=confidence,
            )
            assert found.value == pytest.approx(expected[name]["est"][0], abs=oracle["tolerance"])
            assert (found.low, found.high) == pytest.approx(expected[name][column], abs=oracle["tolerance"])


@pytest.mark.full
def test_the_stratified_estimate_of_the_forest(shared: Path):
    cases = json.loads((shared / "oracles" / "stratified_forest_every20.json").read_text())["cases"]
    found = estimate_share(
        [cases["N_flag"], cases["N_unflag"]],
        reviewed=[cases["n_flag"], cases["n_unflag"]],
        confirmed=[cases["pos_flag"], cases["pos_unflag"]],
    )
    total = cases["N_flag"] + cases["N_unflag"]
    assert found.value == pytest.approx(cases["rate"], abs=1e-6)
    assert found.standard_error == pytest.approx(cases["se_rate"], abs=1e-6)
    assert found.standard_error * total == pytest.approx(cases["se_total"], abs=1e-3)


@pytest.mark.full
def test_rogan_gladen_of_the_oracle(shared: Path):
    first, second = json.loads((shared / "oracles" / "rogan_gladen_dev.json").read_text())["cases"]
    found = rogan_gladen(first["pos"], first["n"], sensitivity=first["se"], specificity=first["sp"])
    assert [100 * each for each in (found.value, found.low, found.high)] == pytest.approx(
        first["tp_wilson_pct"], abs=1e-6
    )
    found = rogan_gladen(second["pos"], second["n"], sensitivity=second["se"], specificity=second["sp"])
    assert 100 * found.unclipped == pytest.approx(second["tp_cp_pct"][0], abs=1e-6)
    assert second["flag"].startswith("invalid")
    assert not found.is_valid
