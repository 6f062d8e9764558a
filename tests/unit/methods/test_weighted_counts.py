"""Few events of unequal weight: against exact intervals where weights are equal, and by which they count."""

import numpy as np
import pytest

from methods.errors import InvalidCountsError
from methods.intervals import clopper_pearson, poisson_rate
from methods.weighted_counts import bound_odds, count_effective, fay_feuer, has_few_events, weigh_events


def test_the_gamma_interval_with_equal_weights_is_the_exact_poisson_interval():
    for counts in ([3, 4], [0, 1], [0, 0], [30, 2]):
        exact = poisson_rate(sum(counts), 1000, per=1)
        assert tuple(fay_feuer([0.001, 0.001], counts)) == pytest.approx(tuple(exact), rel=1e-9)
    with pytest.raises(InvalidCountsError):
        fay_feuer([0.0], [1])


def test_events_of_one_weight_count_as_many_as_they_are():
    assert count_effective([7.0, 7.0], [3, 4]) == pytest.approx(7)
    assert has_few_events([7.0], [19], others=[500])
    assert has_few_events([7.0], [500], others=[19])
    assert not has_few_events([7.0], [20], others=[20])


def test_many_events_of_little_weight_do_not_stand_for_the_few_that_decide():
    assert count_effective([2.6, 39.0], [124, 2]) == pytest.approx(3.9, abs=0.1)
    # None was seen of the heaviest; that there is none is not known.
    assert count_effective([2.6, 39.0], [124, 0]) < 4
    assert count_effective([2.6, 39.0], [1400, 25]) > 20


def test_what_was_reviewed_whole_is_certain():
    weight, spread = weigh_events(np.array([165.0, 1435.0, 0.0]), np.array([165.0, 220.0, 0.0]))
    assert weight == pytest.approx([1.0, 1435 / 220, 0.0])
    assert spread[0] == 0.0
    assert 0 < spread[1] < weight[1]
    alone = fay_feuer(weight[1:2], [4], spread=spread[1:2])
    both = fay_feuer(weight[:2], [136, 4], spread=spread[:2])
    assert both.high - 136 < alone.high + 10
    assert both.low > 136
    assert count_effective(spread, [136, 4, 0]) == pytest.approx(4)


@pytest.mark.parametrize(("events", "units"), [(0, 60), (3, 60), (12, 40), (20, 40), (40, 40)])
def test_in_one_stratum_the_share_has_about_the_exact_interval(events: int, units: int):
    exact = clopper_pearson(events, units)
    found = bound_odds([50.0], [events], others=[units - events], spread=[50.0])
    assert tuple(found) == pytest.approx(tuple(exact), abs=0.015)


def test_events_and_others_change_places():
    found = bound_odds([3.0, 40.0], [12, 1], others=[50, 2], spread=[2.5, 39.5])
    turned = bound_odds([3.0, 40.0], [50, 2], others=[12, 1], spread=[2.5, 39.5])
    assert (1 - turned.high, 1 - turned.low) == pytest.approx(tuple(found))
