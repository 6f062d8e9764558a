"""Many questions at once."""

import json
from pathlib import Path

import numpy as np
import pytest

from methods.errors import InvalidArgumentError
from methods.multiplicity import Adjustment, adjust_p_values

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
