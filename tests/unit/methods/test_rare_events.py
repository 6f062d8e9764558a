"""Gaps between rare events: units and not days, events of one day spread over it."""

import numpy as np
import pytest

from methods.errors import InvalidCountsError
from methods.rare_events import find_gaps


def test_units_between_events_are_counted_from_the_middle_of_their_days():
    found = find_gaps([0, 1, 0, 0, 1], [100, 100, 100, 100, 100])
    assert found.units.tolist() == [150.0, 300.0]
    assert found.day.tolist() == [1, 4]
    assert found.units_since == 50.0


def test_events_of_one_day_are_spread_evenly_over_it():
    assert find_gaps([2], [100]).units.tolist() == [25.0, 50.0]


def test_a_missing_day_is_left_out_and_no_event_gives_no_gap():
    assert find_gaps([1, np.nan, 1], [10, np.nan, 10]).units.tolist() == [5.0, 10.0]
    empty = find_gaps([0, 0], [40, 60])
    assert empty.units.size == 0
    assert empty.units_since == 100.0


def test_an_event_without_units_is_refused():
    with pytest.raises(InvalidCountsError):
        find_gaps([1], [0])
