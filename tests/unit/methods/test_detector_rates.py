"""Error rates of a detector: a published table, and cells that are empty."""

import json
from pathlib import Path

import numpy as np
import pytest

from methods.detector_rates import describe_detector
from methods.errors import InvalidCountsError

NAMES = {
    "se": "sensitivity",
    "sp": "specificity",
    "pv.pos": "positive_predictive_value",
    "pv.neg": "negative_predictive_value",
    "lr.pos": "likelihood_ratio_positive",
    "lr.neg": "likelihood_ratio_negative",
    "youden": "youden",
    "tp": "prevalence",
    "diag.ac": "accuracy",
}


@pytest.mark.full
def test_every_figure_of_the_oracle(shared: Path):
    oracle = json.loads((shared / "oracles" / "detector_2x2_scott2008.json").read_text())
    case = oracle["cases"]
    found = describe_detector(case["tp"], case["fp"], case["fn"], case["tn"])
    for name, own in NAMES.items():
        rate = getattr(found, own)
        assert (rate.value, rate.low, rate.high) == pytest.approx(
            case["expected"][name], abs=oracle["tolerance"]
        )


def test_a_detector_without_false_alarms_has_no_ratio_and_an_open_interval():
    found = describe_detector(40, 0, 10, 50)
    assert found.specificity.value == 1.0
    assert found.specificity.low < 0.95
    assert np.isnan(found.likelihood_ratio_positive.value)


def test_without_cases_the_sensitivity_is_unknown_and_not_zero():
    assert np.isnan(describe_detector(0, 3, 0, 97).sensitivity.value)


@pytest.mark.parametrize("cells", [(0, 0, 0, 0), (-1, 0, 1, 5)])
def test_an_empty_table_or_a_negative_count_is_refused(cells: tuple[int, ...]):
    with pytest.raises(InvalidCountsError):
        describe_detector(*cells)
