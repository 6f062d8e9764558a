"""Ranking measures against scikit-learn, by hand, and where they do not exist."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from methods.errors import InvalidArgumentError
from methods.ranking import (
    AT_ONCE,
    auroc,
    average_precision,
    bootstrap_interval,
    brier_score,
    draw_clusters,
    expected_calibration_error,
    precision_recall_f1,
    predictive_value,
    recall_at_false_positive_rate,
)

RANDOM = np.random.default_rng(7)
TRUTH = RANDOM.random(400) < 0.2
SCORES = np.round(RANDOM.random(400) + 0.4 * TRUTH, 2)  # rounded, so that scores tie


def test_areas_equal_those_of_scikit_learn_with_ties() -> None:
    assert average_precision(SCORES, TRUTH) == pytest.approx(average_precision_score(TRUTH, SCORES))
    assert auroc(SCORES, TRUTH) == pytest.approx(roc_auc_score(TRUTH, SCORES))


def test_weights_count_as_copies_of_rows() -> None:
    copies = RANDOM.integers(0, 4, size=400)
    repeated = np.repeat(np.arange(400), copies)
    for measure in (average_precision, auroc):
        assert measure(SCORES, TRUTH, copies) == pytest.approx(measure(SCORES[repeated], TRUTH[repeated]))


def test_recall_at_a_false_positive_rate_stops_before_the_rate_is_passed() -> None:
    scores, truth = [0.9, 0.8, 0.7, 0.6, 0.5], [1, 0, 1, 0, 1]
    assert recall_at_false_positive_rate(scores, truth, 0.49) == pytest.approx(1 / 3)
    assert recall_at_false_positive_rate(scores, truth, 0.50) == pytest.approx(2 / 3)


def test_precision_recall_and_f1_follow_from_the_four_cells() -> None:
    precision, recall, f1 = precision_recall_f1([1, 1, 0, 0], [1, 0, 1, 0])
    assert (precision, recall, f1) == (0.5, 0.5, 0.5)


def test_what_does_not_exist_is_not_a_number() -> None:
    assert np.isnan(average_precision([0.1, 0.2], [0, 0]))
    assert np.isnan(average_precision([0.1, 0.2], [1, 1]))
    assert np.isnan(auroc([0.1, 0.2], [1, 1]))
    assert np.isnan(recall_at_false_positive_rate([0.1, 0.2], [1, 1], 0.01))
    assert np.isnan(precision_recall_f1([0, 0], [0, 1])[0])
    with pytest.raises(InvalidArgumentError):
        average_precision([], [])


def test_calibration_of_a_perfect_and_of_a_boastful_score() -> None:
    assert expected_calibration_error([0.25] * 4, [1, 0, 0, 0]) == pytest.approx(0)
    assert expected_calibration_error([0.95] * 4, [1, 0, 0, 0]) == pytest.approx(0.70)
    assert brier_score([1.0, 0.0], [1, 0]) == 0


def test_the_predictive_value_falls_with_the_prevalence() -> None:
    assert predictive_value(0.9, 0.01, 0.5) == pytest.approx(0.9 / 0.91)
    assert predictive_value(0.9, 0.01, 0.001) == pytest.approx(0.0009 / (0.0009 + 0.00999))


def test_rows_of_a_cluster_are_drawn_together_and_a_seed_repeats_the_draw() -> None:
    clusters = np.array(["a", "a", "b", "c", "c"])
    weights = draw_clusters(clusters, seed=1, draws=50)
    assert np.array_equal(weights[:, 0], weights[:, 1])
    assert np.array_equal(weights, draw_clusters(clusters, seed=1, draws=50))


def test_dependent_rows_widen_the_interval() -> None:
    scores, truth = np.repeat(SCORES, 5), np.repeat(TRUTH, 5)

    def width(clusters: np.ndarray) -> float:
        weights = draw_clusters(clusters, seed=3, draws=200)
        low, high = bootstrap_interval(lambda weight: average_precision(scores, truth, weight), weights)
        return high - low

    assert width(np.repeat(np.arange(400), 5)) > 1.6 * width(np.arange(2000))


def test_draws_are_taken_some_at_a_time_and_give_the_interval_of_all_together() -> None:
    weights = draw_clusters(np.arange(SCORES.size), seed=4)
    taken: list[int] = []

    def measure(weight: np.ndarray) -> np.ndarray:
        taken.append(len(weight))
        return auroc(SCORES, TRUTH, weight)

    low, high = bootstrap_interval(measure, weights)
    together = auroc(SCORES, TRUTH, weights)
    known = together[np.isfinite(together)]
    assert [low, high] == pytest.approx(np.quantile(known, [0.025, 0.975]))
    assert (sum(taken), max(taken)) == (len(weights), AT_ONCE)
