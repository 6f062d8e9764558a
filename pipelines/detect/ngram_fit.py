"""Fits the weights of n-grams: a logistic regression that trusts rare and telling n-grams more.

With a few hundred positives, a plain penalty spreads weights over the words that everybody uses. Here an
n-gram may weigh the more, the rarer it is (its inverse document frequency) and the more its share differs
between the classes (the log-count ratio of Wang and Manning 2012, doi 10.5555/2390665.2390688). Both are
folded into the weights, so that scoring knows nothing of them. How the logit joins the rules' evidence is in
`head_fit.py`.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

STRENGTH = 20.0
"""Inverse regularisation; from 5 to 40 the figures on the development sources hardly move."""

SMOOTHING = 0.03
"""Added to the weighted count of each n-gram in each class: at 1, what few rows hold tells nothing."""


@dataclass(frozen=True)
class NgramWeights:
    """One weight a place of the hashed n-grams, and the bias."""

    weights: NDArray[np.float64]
    bias: float

    def logits(self, table: sparse.csr_matrix) -> NDArray[np.float64]:
        """Log odds of rows, with classes taken as equally frequent."""
        return np.asarray(table @ self.weights + self.bias)


def blend(views: Sequence[NgramWeights], shares: Sequence[float] | NDArray[np.float64]) -> NgramWeights:
    """The weights whose logits are the sum of the views' logits times their shares."""
    return NgramWeights(
        np.sum([share * view.weights for view, share in zip(views, shares, strict=True)], axis=0),
        float(sum(share * view.bias for view, share in zip(views, shares, strict=True))),
    )


def measure_rarity(table: sparse.csr_matrix) -> NDArray[np.float64]:
    """The inverse document frequency of each place, relative to the mean over the places in use."""
    count = np.bincount(table.indices, minlength=table.shape[1])
    rarity = np.log((table.shape[0] + 1) / (count + 1))
    return np.asarray(rarity / rarity[count > 0].mean())


def fit_ngrams(
    table: sparse.csr_matrix,
    truth: NDArray[np.int64],
    weights: NDArray[np.float64],
    rarity: NDArray[np.float64],
) -> NgramWeights:
    """Weights for rows with labels 1 and 0; both classes count alike, the row weights have a mean of one."""
    rare = sparse.csr_matrix(table @ sparse.diags(rarity))
    factors = _tell_apart(rare, truth, weights)
    share = weights[truth == 0].sum() / weights[truth == 1].sum()
    balanced = np.where(truth == 1, weights * share, weights)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=200, random_state=0).fit(
            sparse.csr_matrix(rare @ sparse.diags(factors)), truth, sample_weight=balanced / balanced.mean()
        )
    return NgramWeights(fitted.coef_[0] * factors * rarity, float(fitted.intercept_[0]))


def _tell_apart(
    table: sparse.csr_matrix, truth: NDArray[np.int64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How far each place's shares in the two classes lie apart: log ratios with a root mean square of one."""
    shares = []
    for label in (1, 0):
        total = SMOOTHING + np.asarray(table[truth == label].T @ weights[truth == label])
        shares.append(np.log(total / total.sum()))
    ratio = np.abs(shares[0] - shares[1])
    return np.asarray(ratio / np.sqrt(np.mean(ratio**2)))
