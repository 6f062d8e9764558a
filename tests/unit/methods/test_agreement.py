"""Agreement against published tables; undefined agreement is not perfect agreement."""

import json
from pathlib import Path

import numpy as np
import pytest

from methods.agreement import (
    LEAST_PAIRS,
    LabelQuality,
    Scale,
    bootstrap_alpha,
    cohen_kappa,
    judge_labels,
    krippendorff_alpha,
)
from methods.errors import InvalidArgumentError, InvalidCountsError

NAN = float("nan")
# Krippendorff 2011, Computing Krippendorff's alpha-reliability, the example of four observers and twelve
# units.
FOUR_OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]


@pytest.mark.parametrize(
    ("scale", "expected"), [(Scale.NOMINAL, 0.743), (Scale.ORDINAL, 0.815), (Scale.INTERVAL, 0.849)]
)
def test_alpha_is_krippendorffs(scale, expected):
    assert krippendorff_alpha(FOUR_OBSERVERS, scale=scale) == pytest.approx(expected, abs=0.0006)


def test_one_label_everywhere_is_not_known_and_not_perfect():
    assert np.isnan(krippendorff_alpha([[1, 1, 1], [1, 1, 1]]))
    assert np.isnan(bootstrap_alpha([[1, 1, 1], [1, 1, 1]], seed=1).low)
    assert krippendorff_alpha([[1, 1, 2], [1, 1, 2]]) == pytest.approx(1.0)


def test_units_seen_once_say_nothing_about_agreement():
    assert np.isnan(krippendorff_alpha([[1, 2, NAN], [NAN, NAN, 3]]))
    once = [*FOUR_OBSERVERS]
    with_single = [[*row, 9.0 if position == 0 else NAN] for position, row in enumerate(once)]
    assert krippendorff_alpha(with_single) == pytest.approx(krippendorff_alpha(once))
    with pytest.raises(InvalidArgumentError):
        krippendorff_alpha([1, 2, 3])


def test_reviewers_who_guess_agree_by_chance_only():
    ratings = np.random.default_rng(4).integers(0, 2, size=(3, 3000))
    assert krippendorff_alpha(ratings) == pytest.approx(0.0, abs=0.04)


def test_the_bootstrap_holds_the_estimate_and_repeats_with_its_seed():
    ratings = np.tile(FOUR_OBSERVERS, 8)
    found = bootstrap_alpha(ratings, seed=3, draws=300)
    assert found.low < krippendorff_alpha(ratings) < found.high
    assert tuple(found) == tuple(bootstrap_alpha(ratings, seed=3, draws=300))
    assert tuple(found) != tuple(bootstrap_alpha(ratings, seed=4, draws=300))


@pytest.mark.parametrize(
    ("alpha", "quality"),
    [
        (0.80, LabelQuality.RELIABLE),
        (0.7999, LabelQuality.TENTATIVE),
        (0.667, LabelQuality.TENTATIVE),
        (0.6669, LabelQuality.LOW),
        (NAN, LabelQuality.UNKNOWN),
    ],
)
def test_the_limits_of_label_quality(alpha, quality):
    assert judge_labels(alpha, pair_count=LEAST_PAIRS) is quality
    assert judge_labels(alpha, pair_count=LEAST_PAIRS - 1) is LabelQuality.UNKNOWN


def test_kappa_and_pabak_are_the_published_ones():
    # epiR epi.kappa, example 1: [[19, 10], [6, 256]].
    found = cohen_kappa([[19, 10], [6, 256]])
    assert found.value == pytest.approx(0.673583847448121, abs=1e-9)
    # epiR's interval .559 to .788 takes the standard error of the test of no agreement; ours the other one.
    assert found.null_standard_error == pytest.approx(0.0584255269775999, abs=1e-9)
    assert found.standard_error > found.null_standard_error
    assert found.low < 0.559
    assert found.high > 0.788
    assert 2 * found.observed_agreement - 1 == pytest.approx(0.890034364261168)
    assert tuple(found.pabak) == pytest.approx((0.824490615520332, 0.936499137674834), abs=1e-9)
    assert found.positive_agreement == pytest.approx(38 / 54)


def test_rare_positives_make_kappa_low_while_agreement_is_high():
    found = cohen_kappa([[1, 4], [4, 991]])
    assert found.observed_agreement > 0.99
    assert found.value < 0.25
    assert found.positive_agreement == pytest.approx(0.2)


def test_kappa_of_one_answer_only_is_not_known():
    found = cohen_kappa([[0, 0], [0, 50]])
    assert np.isnan(found.value)
    assert np.isnan(found.positive_agreement)
    assert found.observed_agreement == 1.0
    assert found.pabak.low < 1
    assert np.isnan(cohen_kappa([[50, 0], [0, 0]]).value)
    assert np.isnan(cohen_kappa([[0, 0], [0, 0]]).observed_agreement)
    with pytest.raises(InvalidCountsError):
        cohen_kappa([[-1, 0], [0, 1]])
    with pytest.raises(InvalidArgumentError):
        cohen_kappa([[1, 2, 3], [1, 2, 3]])


@pytest.mark.full
def test_every_case_of_the_agreement_oracle(shared: Path):
    cases = json.loads((shared / "oracles" / "kappa_dev.json").read_text())["cases"]
    found = cohen_kappa(cases["cohen"]["table"])
    assert found.value == pytest.approx(cases["cohen"]["kappa"][0]["est"], abs=1e-9)
    assert found.null_standard_error == pytest.approx(cases["cohen"]["kappa"][0]["se"], abs=1e-9)
    assert found.pabak.low == pytest.approx(cases["cohen"]["pabak"][0]["lower"], abs=1e-9)
    assert found.pabak.high == pytest.approx(cases["cohen"]["pabak"][0]["upper"], abs=1e-9)
    ratings = np.array(cases["krippendorff"]["data"], dtype=float)
    for scale in Scale:
        assert krippendorff_alpha(ratings, scale=scale) == pytest.approx(
            cases["krippendorff"][scale], abs=0.001
        )
