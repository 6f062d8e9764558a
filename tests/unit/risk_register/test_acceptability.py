"""The matrix is looked up, and rates fall into classes at the published limits."""

from __future__ import annotations

import pytest

from risk_register.acceptability import (
    MATRIX,
    Acceptability,
    Probability,
    Severity,
    classify_probability,
    find_exposure_floor,
    judge_acceptability,
)


def test_every_severity_and_probability_has_a_cell_and_a_meaning() -> None:
    assert set(MATRIX) == set(Probability)
    assert all(len(row) == len(Severity) for row in MATRIX.values())
    assert all(severity.meaning for severity in Severity)


@pytest.mark.parametrize(
    ("probability", "row"),
    [
        ("frequent", "investigate unacceptable unacceptable unacceptable unacceptable"),
        ("probable", "acceptable investigate unacceptable unacceptable unacceptable"),
        ("occasional", "acceptable investigate investigate unacceptable unacceptable"),
        ("remote", "acceptable acceptable investigate investigate unacceptable"),
        ("improbable", "acceptable acceptable acceptable investigate investigate"),
    ],
)
def test_the_matrix_says_what_the_policy_says(probability: str, row: str) -> None:
    found = [judge_acceptability(severity, Probability(probability)) for severity in Severity]
    assert found == [Acceptability(word) for word in row.split()]


def test_a_worse_severity_or_probability_is_never_more_acceptable() -> None:
    order = list(Acceptability)
    for probability, row in MATRIX.items():
        ranks = [order.index(cell) for cell in row]
        assert ranks == sorted(ranks), probability
    for severity in Severity:
        ranks = [order.index(judge_acceptability(severity, probability)) for probability in Probability]
        assert ranks == sorted(ranks, reverse=True), severity


@pytest.mark.parametrize(
    ("upper_bound", "expected"),
    [
        (1.0, "frequent"),
        (1e-3, "frequent"),
        (9.99e-4, "probable"),
        (1e-4, "probable"),
        (9.9e-5, "occasional"),
        (1e-5, "occasional"),
        (9.9e-6, "remote"),
        (1e-6, "remote"),
        (9.9e-7, "improbable"),
        (0.0, "improbable"),
    ],
)
def test_a_bound_belongs_to_the_class_whose_limit_it_reaches(upper_bound: float, expected: str) -> None:
    assert classify_probability(upper_bound) == expected


@pytest.mark.parametrize("bound", [-0.001, 1.001, float("nan")])
def test_a_bound_that_is_no_probability_is_refused(bound: float) -> None:
    with pytest.raises(ValueError, match="not a probability"):
        classify_probability(bound)


def test_no_event_in_20000_conversations_supports_probable_and_nothing_lower() -> None:
    assert find_exposure_floor(20_000) is Probability.PROBABLE
    assert find_exposure_floor(30_001) is Probability.OCCASIONAL


def test_without_traffic_no_class_below_frequent_can_be_claimed() -> None:
    assert find_exposure_floor(0) is Probability.FREQUENT
    assert find_exposure_floor(1) is Probability.FREQUENT
