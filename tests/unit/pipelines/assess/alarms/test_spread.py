"""How much days vary is learnt from the days before, from people and from days apart."""

import datetime as dt

import numpy as np
import pytest

from methods.spread import EARLY_CV2, Buckets, learn_spread
from pipelines.assess.alarms.spread import read_buckets

MONDAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)
LUMPED = np.array([[5.0] * 4 + [0.0] * 36] * 80)
UNITS = np.full((80, 40), 5.0)


def test_the_first_day_knows_nothing_and_the_next_its_people():
    found = learn_spread(LUMPED.sum(axis=1), UNITS.sum(axis=1), Buckets(LUMPED, UNITS))
    assert (found.effects[0], found.cv2[0]) == (1, EARLY_CV2)
    assert 4 < found.effects[1] < 6
    assert found.cv2[13] == EARLY_CV2 > found.cv2[14]


def test_no_day_takes_part_in_judging_itself_or_one_before():
    worse = LUMPED.copy()
    worse[40:] = 2.0
    before, after = (
        learn_spread(each.sum(axis=1), UNITS.sum(axis=1), Buckets(each, UNITS)) for each in (LUMPED, worse)
    )
    assert before.effects[:41].tolist() == after.effects[:41].tolist()
    assert before.cv2[:41].tolist() == after.cv2[:41].tolist()
    assert before.effects[41] != after.effects[41]


def test_without_buckets_each_unit_is_a_persons_own():
    assert (learn_spread(LUMPED.sum(axis=1), UNITS.sum(axis=1)).effects == 1).all()
    assert read_buckets(None, "harbor", "missed_escalation_rate", MONDAY, np.ones(3)) is None


def test_a_day_that_is_held_has_no_people(make):
    clusters = make.clusters(*[("day", MONDAY + day * DAY, [1.0, 0.0], [2.0, 3.0]) for day in range(2)])
    found = read_buckets(clusters, "harbor", "missed_escalation_rate", MONDAY, np.array([5.0, 0.0, 5.0]))
    assert found.units.sum(axis=1).tolist() == [5, 0, 0]
    assert found.events.sum(axis=1).tolist() == [1, 0, 0]


@pytest.mark.parametrize("seed", range(6))
def test_eight_weeks_of_a_pilot_do_not_say_how_days_vary_after_the_launch(seed: int):
    rng = np.random.default_rng(seed)
    units = np.array([20.0] * 56 + [2000.0] * 60)
    rates = 0.02 * np.exp(rng.normal(-0.045, 0.3, 116))
    cv2 = learn_spread(rng.binomial(units.astype(int), rates).astype(float), units).cv2
    assert (cv2[56:84] >= EARLY_CV2).all()
    assert 0.2 < cv2[-1] ** 0.5 <= 0.5
    assert len(set(cv2[95:].tolist())) == 1


def test_what_fifty_six_days_of_enough_events_say_stands_still():
    rng = np.random.default_rng(1)
    events, units = rng.binomial(1000, 0.02, 200).astype(float), np.full(200, 1000.0)
    events[60:] *= 3
    cv2 = learn_spread(events, units).cv2
    assert set(cv2[56:].tolist()) == {cv2[56]}
    assert cv2[56] < EARLY_CV2
