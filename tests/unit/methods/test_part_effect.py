"""The design effect of a part: its own visits, and the correlation that the whole shows."""

import pytest

from methods.part_effect import estimate_part_effect, scale_size


def effect(events: float = 50, units: float = 200, **more: float) -> float:
    given = {"whole_effect": 2.5, "whole_size": 6.0, "part_size": 6.0, "clusters": 40.0} | more
    return float(estimate_part_effect(events, units, **given))


def test_people_of_a_part_who_come_as_often_give_it_the_effect_of_the_whole():
    assert effect() == pytest.approx(2.5)


def test_the_correlation_of_the_whole_counts_for_people_who_come_more_often():
    assert effect(part_size=11.0) == pytest.approx(1 + 0.3 * 10)


def test_people_who_come_less_often_leave_it_at_that_of_the_whole():
    assert effect(part_size=1.0) == pytest.approx(2.5)


def test_a_correlation_is_at_most_one():
    assert effect(whole_effect=4.0, whole_size=1.0, part_size=3.0) == pytest.approx(4.0)
    assert effect(whole_effect=4.0, whole_size=1.0, part_size=9.0) == pytest.approx(9.0)


@pytest.mark.parametrize(("events", "clusters", "expected"), [
    (9, 40, 1.95), (10, 40, 1.0), (191, 40, 1.95), (190, 40, 1.0), (50, 9, 1.95), (50, 10, 1.0),
])  # fmt: skip
def test_with_few_events_or_people_the_prior_is_a_floor(events: float, clusters: float, expected: float):
    found = effect(events, whole_effect=0.7, part_size=20.0, clusters=clusters)
    assert found == pytest.approx(expected)


def test_sizes_of_a_kind_of_unit_follow_from_those_of_a_broader_kind():
    assert scale_size(11, 0.5) == pytest.approx(6)  # every second conversation of a person
    assert scale_size(3, 5) == pytest.approx(15)  # five answers of every conversation
    assert scale_size(3, 0) == 1
