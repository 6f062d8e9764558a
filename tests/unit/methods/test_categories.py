"""The probability class is that of the upper bound, so that little evidence is a bad class."""

import json
import math
from pathlib import Path

import pytest

from methods.categories import Evidence, ProbabilityClass, categorise, classify, take_worst
from methods.errors import InvalidArgumentError, InvalidCountsError


@pytest.mark.parametrize(
    ("probability", "level"),
    [
        (1e-3, ProbabilityClass.FREQUENT),
        (9.99e-4, ProbabilityClass.PROBABLE),
        (1e-4, ProbabilityClass.PROBABLE),
        (9.99e-5, ProbabilityClass.OCCASIONAL),
        (1e-5, ProbabilityClass.OCCASIONAL),
        (1e-6, ProbabilityClass.REMOTE),
        (9.99e-7, ProbabilityClass.IMPROBABLE),
        (0.0, ProbabilityClass.IMPROBABLE),
        (1.0, ProbabilityClass.FREQUENT),
    ],
)
def test_a_value_on_a_limit_takes_the_worse_class(probability, level):
    assert classify(probability) is level


def test_nothing_seen_in_a_thousand_conversations_demonstrates_nothing():
    found = categorise(0, 1000)
    assert found.level is ProbabilityClass.FREQUENT
    assert found.point_level is ProbabilityClass.IMPROBABLE
    assert found.evidence is Evidence.NOT_DEMONSTRATED
    assert found.upper == pytest.approx(0.0029912495450953314)
    assert found.needed_exposure == 2995


@pytest.mark.parametrize(
    ("trials", "level", "needed"),
    [
        (2994, ProbabilityClass.FREQUENT, 2995),
        (2995, ProbabilityClass.PROBABLE, 29_956),
        (29_955, ProbabilityClass.PROBABLE, 29_956),
        (29_956, ProbabilityClass.OCCASIONAL, 299_572),
        (299_572, ProbabilityClass.REMOTE, 2_995_731),
        (2_995_731, ProbabilityClass.IMPROBABLE, None),
    ],
)
def test_how_many_conversations_without_an_event_show_a_class(trials, level, needed):
    found = categorise(0, trials)
    assert found.level is level
    assert found.needed_exposure == needed


def test_no_conversation_is_the_worst_class():
    found = categorise(0, 0)
    assert found.level is ProbabilityClass.FREQUENT
    assert found.evidence is Evidence.NO_EXPOSURE
    assert found.point_level is None
    assert math.isnan(found.upper)
    with pytest.raises(InvalidCountsError):
        categorise(2, 1)


def test_much_evidence_establishes_a_class_and_less_only_bounds_it():
    assert categorise(40, 20_000).evidence is Evidence.ESTABLISHED
    three = categorise(3, 20_000)
    assert (three.level, three.evidence) == (ProbabilityClass.PROBABLE, Evidence.BOUNDED)
    assert three.lower_level is ProbabilityClass.OCCASIONAL


def test_a_design_effect_counts_as_fewer_conversations():
    assert categorise(0, 3000).level is ProbabilityClass.PROBABLE
    assert categorise(0, 3000, deff=2.0).level is ProbabilityClass.FREQUENT
    assert categorise(0, 3000, deff=0.5).upper == categorise(0, 3000).upper
    needed = categorise(0, 3000, deff=2.0).needed_exposure
    assert needed == 5989
    assert categorise(0, needed - 1, deff=2.0).level is ProbabilityClass.FREQUENT
    assert categorise(0, needed, deff=2.0).level is ProbabilityClass.PROBABLE


def test_the_worst_of_several_windows_counts():
    assert take_worst([ProbabilityClass.REMOTE, ProbabilityClass.PROBABLE]) is ProbabilityClass.PROBABLE
    with pytest.raises(InvalidArgumentError):
        take_worst([])


@pytest.mark.full
def test_every_case_of_the_level_oracle(shared: Path):
    cases = json.loads((shared / "oracles" / "iso14971_probability_levels.json").read_text())["cases"]
    for name, lower, _ in cases["levels"]:
        assert classify(lower) is ProbabilityClass(name.lower())
    assert len(cases["cases"]) == 4
    for case in cases["cases"]:
        found = categorise(case["x"], case["n"])
        assert found.upper == pytest.approx(case["upper95_one_sided"], abs=1e-6)
        assert found.level is ProbabilityClass(case["category_by_upper"].lower())
        if "status" in case:
            assert case["status"].startswith("not demonstrated")
            assert found.evidence is Evidence.NOT_DEMONSTRATED
