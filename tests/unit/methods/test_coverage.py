"""Of a coverage leaves what does not count the units that nobody read."""

import numpy as np
import pytest

from methods.coverage import LEAST_UNITS, STEP, round_coverage
from methods.suppression import MINIMUM_WIDTH


@pytest.mark.parametrize(
    ("coverage", "denominator", "leaves"),
    [
        (1.0, 3, 1.0),
        (341 / 342, 342, 0.95),
        (0.95, 342, 0.95),
        (0.9499, 342, 0.9),
        (0.15, 100, 0.15),
        (0.0, 100, 0.0),
        (99 / 100, 100, 0.95),
        (98 / 99, 99, np.nan),
        (0.97, np.nan, np.nan),
        (np.nan, 342, np.nan),
    ],
)
def test_a_coverage_leaves_rounded_down_and_not_at_all_over_few_units(coverage, denominator, leaves):
    assert round_coverage(coverage, denominator) == pytest.approx(leaves, nan_ok=True)


def test_what_leaves_fits_at_least_five_counts_of_unread_units_whatever_the_count_was():
    for units in range(int(LEAST_UNITS), 400):
        unread = np.arange(1, units + 1)
        left = round_coverage((units - unread) / units, np.full(units, units))
        _, fitting = np.unique(left, return_counts=True)
        assert fitting.min() >= np.floor(units * STEP) >= MINIMUM_WIDTH
