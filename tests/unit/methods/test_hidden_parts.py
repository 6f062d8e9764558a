"""Parts of a total on plain lists: the same as the rule on arrays, and no hidden part stands alone."""

import numpy as np
import pytest

from methods.hidden_parts import hide_parts
from methods.suppression import leaves_room, suppress_column


def test_it_is_the_rule_on_arrays():
    rng = np.random.default_rng(3)
    for _ in range(400):
        counts = rng.choice([0, 1, 4, 9, 10, 11, 20, 60, 300], size=rng.integers(1, 9)).tolist()
        found, wanted = hide_parts(counts, [False] * len(counts)), suppress_column(counts)
        if not wanted.is_total_hidden and any(wanted.is_hidden):
            assert found.is_hidden == wanted.is_hidden.tolist()
            assert leaves_room([c for c, h in zip(counts, found.is_hidden, strict=True) if h])


def test_a_large_part_that_is_hidden_for_another_reason_does_not_stand_alone():
    found = hide_parts([50, 40, 200], [True, False, False])
    assert found.is_hidden == [True, True, False]


@pytest.mark.parametrize("counts", [[3], [0, 5, 0]])
def test_a_single_small_part_takes_its_total_with_it(counts: list[int]):
    assert hide_parts(counts, [False] * len(counts)).is_total_hidden


def test_nothing_small_hides_nothing():
    found = hide_parts([11, 0, 400], [False] * 3)
    assert found.is_hidden == [False, False, False]
    assert not found.is_total_hidden
