"""A draw is random, frozen by its seed, and any part of it in its order is a random part of every stratum."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from risk_register.errors import NotAllowedError
from risk_register.review.frame import FrameUnit, check_frame, draw
from tests.unit.risk_register.review.factory import SEED, frame, stratum

WEEK = frame(stratum(4, 5), stratum(2, 60, 30), stratum(0, 2000, 200), stratum(0, 40, 10, language="de"))


def test_the_same_seed_draws_the_same_items_whatever_the_order_of_the_frame() -> None:
    shuffled = frame(*(replace(one, units=one.units[::-1]) for one in reversed(WEEK.strata)))
    assert [each.unit for each in draw(shuffled, seed=SEED)] == [each.unit for each in draw(WEEK, seed=SEED)]
    assert shuffled.hash == WEEK.hash
    assert [each.unit for each in draw(WEEK, seed=SEED + 1)] != [each.unit for each in draw(WEEK, seed=SEED)]


def test_inclusion_probabilities_of_the_frame_sum_to_the_sample_size() -> None:
    drawn = draw(WEEK, seed=SEED)
    probability = {each.stratum.stratum_id: each.inclusion_probability for each in drawn}
    assert probability == {"level_4_en": 1.0, "level_2_en": 0.5, "level_0_en": 0.1, "level_0_de": 0.25}
    whole_frame = sum(probability[one.stratum_id] * len(one.units) for one in WEEK.strata)
    assert whole_frame == pytest.approx(len(drawn)) == WEEK.sample_count == 245
    # Horvitz-Thompson: each drawn item stands for one over its probability, together for the whole frame.
    assert sum(1 / each.inclusion_probability for each in drawn) == pytest.approx(WEEK.unit_count)


def test_each_stratum_gets_its_number_and_no_conversation_twice() -> None:
    drawn = draw(WEEK, seed=SEED)
    counts = Counter(each.stratum.stratum_id for each in drawn)
    assert counts == {"level_4_en": 5, "level_2_en": 30, "level_0_en": 200, "level_0_de": 10}
    assert len({each.unit.conversation_id for each in drawn}) == 245
    assert [each.position for each in drawn] == list(range(1, 246))


def test_over_many_seeds_every_conversation_has_the_same_chance() -> None:
    small = frame(stratum(0, 20, 5))
    seen = Counter(each.unit.conversation_id for seed in range(2000) for each in draw(small, seed=seed))
    expected = 2000 * 5 / 20
    # Chi-square with 19 degrees of freedom lies below 43.8 with probability .999.
    assert (
        sum((seen[unit.conversation_id] - expected) ** 2 / expected for unit in small.strata[0].units) < 43.8
    )


def test_a_part_of_the_order_holds_its_share_of_every_stratum() -> None:
    first_part = draw(WEEK, seed=SEED)[:98]  # 40 % of 245
    counts = Counter(each.stratum.stratum_id for each in first_part)
    for one in WEEK.strata:
        assert counts[one.stratum_id] == pytest.approx(0.4 * one.sample_count, abs=2)


def test_one_in_ten_is_labelled_twice_in_every_part_of_the_order() -> None:
    drawn = draw(WEEK, seed=SEED)
    assert sum(each.needs_second for each in drawn) == 25
    assert all(
        sum(each.needs_second for each in drawn[start : start + 10]) == 1 for start in range(0, 245, 10)
    )


@pytest.mark.parametrize(
    ("strata", "problem"),
    [
        ([], "holds no conversation"),
        ([stratum(0, 10, 11)], "level_0_en holds 10, 11 cannot be drawn"),
        ([stratum(0, 10, 0)], "level_0_en holds 10 and none of it is drawn"),
        ([stratum(0, 10), stratum(0, 10)], "two strata have the same id"),
        ([stratum(0, 10), replace(stratum(0, 10), stratum_id="other")], "10 conversations are in it more"),
    ],
)
def test_a_frame_that_allows_no_estimate_is_refused_with_the_stratum(strata, problem: str) -> None:
    with pytest.raises(NotAllowedError, match=problem):
        draw(frame(*strata), seed=SEED)


def test_an_empty_stratum_may_stand_in_a_frame() -> None:
    check_frame(frame(stratum(0, 10), stratum(4, 0)))
    assert len(draw(frame(stratum(0, 10), stratum(4, 0)), seed=SEED)) == 10


def test_another_conversation_or_size_is_another_frame() -> None:
    one = stratum(0, 10, 5)
    more = replace(one, units=(*one.units, FrameUnit("late_arrival")))
    assert len({frame(each).hash for each in (one, more, replace(one, sample_count=6))}) == 3
