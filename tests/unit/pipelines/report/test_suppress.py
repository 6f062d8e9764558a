"""Small cells are hidden, and nothing that is shown gives them away."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from methods.suppression import suppress_column
from pipelines.report.suppress import Cover, cover_fraction, hide_parts, is_small, must_hide_total


@pytest.mark.parametrize(
    ("count", "small"), [(0, False), (1, True), (10, True), (11, False), (None, False), (10.5, True)]
)
def test_one_to_ten_are_small_and_zero_is_not(count: float | None, small: bool) -> None:
    assert is_small(count) is small


@pytest.mark.parametrize(("numerator", "hidden"), [(0, False), (1, True), (10, True), (11, False)])
def test_a_small_numerator_takes_its_rate_with_it(numerator: int, hidden: bool) -> None:
    assert cover_fraction(numerator, 500, is_rate=True) == Cover(
        numerator=hidden, denominator=False, value=hidden
    )


@pytest.mark.parametrize(("others", "hidden"), [(0, False), (1, True), (10, True), (11, False)])
def test_a_numerator_is_hidden_when_the_units_without_the_event_are_few(others: int, hidden: bool) -> None:
    assert cover_fraction(500 - others, 500, is_rate=True).numerator is hidden
    assert cover_fraction(500 - others, 500, is_rate=True).value is hidden


@pytest.mark.parametrize(("denominator", "hidden"), [(29, True), (30, False)])
def test_a_rate_on_fewer_than_thirty_units_is_hidden(denominator: int, hidden: bool) -> None:
    covered = cover_fraction(0, denominator, is_rate=True)
    assert covered == Cover(numerator=False, denominator=False, value=hidden)


def test_a_small_denominator_hides_all_but_a_zero() -> None:
    assert cover_fraction(0, 7, is_rate=True) == Cover(numerator=False, denominator=True, value=True)


def test_a_rate_without_a_denominator_cannot_be_shown() -> None:
    assert cover_fraction(40, None, is_rate=True).value


def test_a_count_has_no_complement() -> None:
    assert cover_fraction(495, None, is_rate=False) == Cover()
    assert cover_fraction(10, None, is_rate=False) == Cover(numerator=True, denominator=False, value=True)


def test_a_single_small_part_takes_the_smallest_other_with_it() -> None:
    assert hide_parts([4, 57, 230]) == (True, True, False)


def test_two_small_parts_that_pin_each_other_down_take_a_third() -> None:
    assert hide_parts([1, 1, 300, 40]) == (True, True, False, True)


def test_zeros_stay_and_large_parts_stay_when_nothing_is_small() -> None:
    assert hide_parts([0, 11, 900]) == (False, False, False)
    assert hide_parts([0, 3, 900]) == (False, True, True)


def test_a_part_hidden_for_another_reason_is_protected_too() -> None:
    assert hide_parts([400, 90, 70], hidden=[True, False, False]) == (True, False, True)


def test_a_total_that_leaves_no_room_is_hidden() -> None:
    parts = [1] * 11
    assert must_hide_total(parts, hide_parts(parts))
    assert must_hide_total([3, 4], hide_parts([3, 4]))
    assert not must_hide_total([4, 57, 230], hide_parts([4, 57, 230]))
    assert not must_hide_total([40, 57], hide_parts([40, 57]))


def test_no_small_part_follows_from_a_shown_total() -> None:
    """Every table of four parts from a few values: what remains for the hidden ones leaves each of them "
    "room."""
    checked = 0
    for parts in itertools.product((0, 1, 2, 9, 10, 11, 60), repeat=4):
        hidden = hide_parts(parts)
        assert all(is_hidden for part, is_hidden in zip(parts, hidden, strict=True) if 0 < part < 11)
        assert not any(is_hidden for part, is_hidden in zip(parts, hidden, strict=True) if part == 0)
        assert not np.any(suppress_column(parts, is_total_shown=True).is_hidden & ~np.array(hidden))
        if any(hidden) and not must_hide_total(parts, hidden):
            rest = sum(part for part, is_hidden in zip(parts, hidden, strict=True) if is_hidden)
            assert sum(hidden) >= 2
            assert rest - sum(hidden) >= 5
            checked += 1
    assert checked > 500
