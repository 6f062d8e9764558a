"""Many questions at once."""

import json
from pathlib import Path

import numpy as np
import pytest

from methods.errors import InvalidArgumentError
from methods.multiplicity import Adjustment, adjust_p_values, calibrate_p_values, reject_by_e_values

# Benjamini & Hochberg 1995, JRSS B 57:289, section 4.
PUBLISHED = [
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
    *(0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1),
]


def test_benjamini_and_hochberg_reject_four_of_their_fifteen():
    adjusted = adjust_p_values(PUBLISHED)
    assert (adjusted <= 0.05).sum() == 4
    assert adjusted[3] == pytest.approx(0.035625)
    assert adjusted[4] == pytest.approx(0.0603)
    assert (adjust_p_values(PUBLISHED, adjustment=Adjustment.HOLM) <= 0.05).sum() == 3


def test_a_question_that_was_not_asked_does_not_count():
    assert adjust_p_values([0.01, np.nan, 0.04])[[0, 2]].tolist() == adjust_p_values([0.01, 0.04]).tolist()
    assert np.isnan(adjust_p_values([0.01, np.nan])[1])
    assert np.isnan(adjust_p_values([np.nan])).all()
    with pytest.raises(InvalidArgumentError):
        adjust_p_values([1.1])


def test_the_e_values_needed_fall_with_the_rank():
    # Four questions at .05: 80 alone, 40 for two, 26.67 for three, 20 for all four.
    assert reject_by_e_values([80, 1, 1, 1]).tolist() == [True, False, False, False]
    assert reject_by_e_values([79.9, 1, 1, 1]).tolist() == [False] * 4
    assert reject_by_e_values([1, 40, 41, 1]).tolist() == [False, True, True, False]
    assert reject_by_e_values([20, 20, 20, 20]).tolist() == [True] * 4
    assert reject_by_e_values([19.9, 20, 20, 20]).tolist() == [False] * 4


def test_an_unknown_e_value_is_never_rejected():
    assert reject_by_e_values([np.nan, 1000.0]).tolist() == [False, True]
    assert reject_by_e_values([]).tolist() == []
    with pytest.raises(InvalidArgumentError):
        reject_by_e_values([-1.0])


def test_false_rejections_stay_below_the_level_under_dependence():
    rng = np.random.default_rng(9)
    shared = rng.normal(size=(4000, 1))
    z = 0.8 * shared + 0.6 * rng.normal(size=(4000, 20))
    e = np.exp(2 * z - 2)
    assert np.mean([reject_by_e_values(row).any() for row in e]) <= 0.05


def test_calibrated_p_values_have_a_mean_of_one():
    p = (np.arange(200_000) + 0.5) / 200_000
    assert calibrate_p_values(p).mean() == pytest.approx(1.0, abs=0.01)
    with pytest.raises(InvalidArgumentError):
        calibrate_p_values([0.0])


@pytest.mark.full
def test_every_adjustment_of_the_oracle(shared: Path):
    oracle = json.loads((shared / "oracles" / "bh_1995.json").read_text())
    cases = oracle["cases"]
    for adjustment, name in (
        (Adjustment.BENJAMINI_HOCHBERG, "BH"),
        (Adjustment.BENJAMINI_YEKUTIELI, "BY"),
        (Adjustment.HOLM, "holm"),
    ):
        assert adjust_p_values(cases["pval"], adjustment=adjustment) == pytest.approx(
            cases[name], abs=oracle["tolerance"]
        )
