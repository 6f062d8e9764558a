"""Weights of n-grams: what is rare and telling weighs more, classes count alike."""

import numpy as np
from scipy import sparse

from pipelines.detect.ngram_fit import blend, fit_ngrams, measure_rarity

COMMON, TELLING, OTHER = 0, 1, 2


def make_table(positives: int, negatives: int) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Each row holds the common place, and the one of its class."""
    truth = np.array([1] * positives + [0] * negatives)
    table = np.zeros((len(truth), 4))
    table[:, COMMON] = 1
    table[truth == 1, TELLING] = 1
    table[truth == 0, OTHER] = 1
    return sparse.csr_matrix(table), truth


def test_a_place_is_the_rarer_the_fewer_rows_hold_it() -> None:
    table, _ = make_table(5, 45)
    rarity = measure_rarity(table)
    assert rarity[COMMON] < rarity[OTHER] < rarity[TELLING]


def test_a_telling_place_outweighs_a_common_one() -> None:
    table, truth = make_table(10, 40)
    fitted = fit_ngrams(table, truth, np.ones(len(truth)), measure_rarity(table))
    assert fitted.weights[TELLING] > 0 > fitted.weights[OTHER]
    assert abs(fitted.weights[COMMON]) < 0.1 * fitted.weights[TELLING]
    assert fitted.weights[3] == 0
    logits = fitted.logits(table)
    assert logits[truth == 1].min() > 0 > logits[truth == 0].max()


def test_few_positives_count_as_much_as_many_negatives() -> None:
    table, truth = make_table(3, 400)
    fitted = fit_ngrams(table, truth, np.ones(len(truth)), measure_rarity(table))
    assert fitted.logits(table)[truth == 1].min() > 0


def test_the_logits_of_a_blend_are_the_sum_of_its_views() -> None:
    table, truth = make_table(10, 40)
    rarity = measure_rarity(table)
    views = [fit_ngrams(table, labels, np.ones(len(truth)), rarity) for labels in (truth, 1 - truth)]
    expected = 0.75 * views[0].logits(table) + 0.25 * views[1].logits(table)
    assert np.allclose(blend(views, [0.75, 0.25]).logits(table), expected)
