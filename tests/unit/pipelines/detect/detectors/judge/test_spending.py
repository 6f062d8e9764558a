"""What a judge's run may cost: guessed, corrected by what can be believed, and at an end at the cap."""

from typing import Any

import pytest

from pipelines.detect.detectors.judge.spending import CapError, Prices, Spending

REQUEST = {"model": "m" * 5_987}
"""6,000 bytes: a guess of 2,000 tokens."""
GUESS = 2_000
ANSWER_TOKENS = 700


def make_spending(*, asked: float = 1, answered: float = 0, cap: float = 1e9) -> Spending:
    prices = {"input_per_million": asked * 1e6, "output_per_million": answered * 1e6, "cap_per_run": cap}
    return Spending(Prices.model_validate(prices), answer_tokens=ANSWER_TOKENS)


def spend(usage: Any, **prices: float) -> float:
    spending = make_spending(**prices)
    spending.charge(REQUEST)
    spending.correct(REQUEST, {"choices": [], "usage": usage})
    return float(spending.spent)


@pytest.mark.parametrize(
    ("given", "counted"),
    [
        (1_500, 1_500),
        (300, 300),  # a token of 20 bytes
        (299, GUESS),
        (0, GUESS),
        (-5, GUESS),
        (True, GUESS),
        ("1500", GUESS),
        (float("nan"), GUESS),
        (float("inf"), GUESS),
        (10**400, GUESS),
        (10_000_000, 10_000_000),
        (None, GUESS),
    ],
)
def test_tokens_count_as_the_answer_says_if_that_can_be(given: Any, counted: float) -> None:
    assert spend({"prompt_tokens": given}) == counted


@pytest.mark.parametrize("usage", [None, [], "much", {}])
def test_without_a_count_the_guess_stands(usage: Any) -> None:
    assert spend(usage) == GUESS


def test_what_is_answered_counts_too_and_before_an_answer_a_guess_does() -> None:
    assert spend({"completion_tokens": 40}, asked=0, answered=1) == 40
    spending = make_spending(asked=0, answered=1)
    spending.charge(REQUEST)
    assert spending.spent == ANSWER_TOKENS


@pytest.mark.parametrize(
    ("usage", "counted"),
    [({}, ANSWER_TOKENS), ({"usage": None}, ANSWER_TOKENS), ({"usage": {"completion_tokens": 650}}, 650)],
)
def test_an_answer_that_is_cut_off_counts_as_long_as_it_may_be(usage: dict[str, Any], counted: int) -> None:
    spending = make_spending(asked=0, answered=1)
    spending.charge(REQUEST)
    spending.correct(REQUEST, {"choices": [{"finish_reason": "length", "message": {"content": ""}}]} | usage)
    assert spending.spent == counted


@pytest.mark.parametrize(("size", "counted"), [(0, 700), (2_100, 700), (2_103, 701), (1_000_002, 333_334)])
def test_an_answer_that_is_longer_than_it_may_be_counts_whole(size: int, counted: int) -> None:
    spending = make_spending(asked=0, answered=1)
    spending.charge(REQUEST)
    spending.add_length(size)
    assert spending.spent == counted


def test_at_the_cap_nothing_more_is_charged() -> None:
    spending = make_spending(cap=GUESS + 1)
    spending.charge(REQUEST)
    assert not spending.is_over
    spending.charge(REQUEST)
    assert spending.is_over
    with pytest.raises(CapError):
        spending.charge(REQUEST)
    assert spending.spent == 2 * GUESS


def test_sums_leave_no_rest_below_the_cap() -> None:
    prices = {"input_per_million": 1_000, "output_per_million": 0, "cap_per_run": 5}
    for size in range(3_000, 3_300):
        spending = Spending(Prices.model_validate(prices), answer_tokens=ANSWER_TOKENS)
        for place in range(5):
            request = {"model": "m" * (size + 37 * place)}
            spending.charge(request)
            spending.correct(request, {"choices": [], "usage": {"prompt_tokens": 1_000}})
        assert spending.is_over, size
