"""Review samples: where to look, and how often to find nothing."""

import json
from pathlib import Path

import numpy as np
import pytest

from methods.errors import InvalidArgumentError
from methods.sampling import allocate_neyman, allocate_reviews


def test_neyman_gives_the_textbook_allocations():
    # Rice, Mathematical Statistics and Data Analysis, ch. 7.
    assert allocate_neyman([100_000, 500_000], [20, 12], budget=100) == pytest.approx([25, 75])
    assert allocate_neyman([500, 300, 200], [1, 5, 5], budget=10) == pytest.approx(
        [1.6667, 5.0, 3.3333], abs=1e-3
    )
    assert allocate_neyman([100, 100], [1, 1], budget=30, costs=[1, 4]) == pytest.approx([20, 10])
    assert allocate_neyman([100, 300], [0, 0], budget=40) == pytest.approx([10, 30])
    with pytest.raises(InvalidArgumentError):
        allocate_neyman([100], [1], budget=10, costs=[0])


def test_the_budget_is_spent_to_the_last_review_and_every_stratum_is_looked_at():
    found = allocate_reviews(
        [1000, 4900, 44_100], budget=700, earlier_reviewed=[200, 300, 200], earlier_confirmed=[60, 4, 0]
    )
    assert found.sum() == 700
    assert np.all(found >= 30)
    # The top tenth of the unflagged holds a ninth of the units and gets far more than a ninth of the reviews.
    assert found[1] / found[2] > 2 * 4900 / 44_100


def test_no_stratum_gets_more_than_it_holds_and_the_rest_goes_to_the_others():
    found = allocate_reviews(
        [10, 5000, 0], budget=200, earlier_reviewed=[0, 0, 0], earlier_confirmed=[0, 0, 0]
    )
    assert found.tolist() == [10, 190, 0]
    small = allocate_reviews([10, 20], budget=200, earlier_reviewed=[5, 5], earlier_confirmed=[1, 1])
    assert small.tolist() == [10, 20]


def test_a_budget_below_the_minimum_is_shared():
    found = allocate_reviews([100, 100, 100], budget=50, earlier_reviewed=[1] * 3, earlier_confirmed=[0] * 3)
    assert found.sum() == 50
    assert found.max() - found.min() <= 1
    with pytest.raises(InvalidArgumentError):
        allocate_reviews([1], budget=-1, earlier_reviewed=[1], earlier_confirmed=[0])


@pytest.mark.full
def test_every_case_of_the_neyman_oracle(shared: Path):
    oracle = json.loads((shared / "oracles" / "neyman_allocation_textbook.json").read_text())
    assert len(oracle["cases"]) == 2
    for case in oracle["cases"]:
        found = allocate_neyman(case["N"], case["S"], budget=case["n"])
        assert found == pytest.approx(case["alloc"], abs=oracle["tolerance"])
