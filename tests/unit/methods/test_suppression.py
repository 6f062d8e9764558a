"""No small number leaves, and none can be worked out of those that do."""

import json
from pathlib import Path

import numpy as np
import pytest

from methods.errors import InvalidArgumentError, InvalidCountsError
from methods.suppression import (
    audit_table,
    is_small,
    leaves_room,
    round_counts,
    suppress_column,
    suppress_rates,
    suppress_table,
)

# Fischetti & Salazar-Gonzalez 2001, Management Science 47:1008: investment by activity and region.
INVESTMENT = np.array([[20, 50, 10], [8, 19, 22], [17, 32, 12]])
SENSITIVE = np.array([[0, 0, 0], [0, 0, 1], [0, 0, 0]], dtype=bool)
PUBLISHED_PATTERN = np.array([[0, 0, 0], [1, 0, 1], [1, 0, 1]], dtype=bool)


def test_one_to_ten_are_hidden_and_nought_and_eleven_are_not():
    assert is_small([0, 1, 10, 11]).tolist() == [False, True, True, False]
    assert is_small([4, 5], hidden_up_to=4).tolist() == [True, False]
    with pytest.raises(InvalidCountsError):
        is_small([-1])


def test_a_single_hidden_count_takes_the_smallest_other_with_it():
    found = suppress_column([100, 7, 40, 60])
    assert found.is_hidden.tolist() == [False, True, True, False]
    assert not found.is_total_hidden


def test_without_a_total_a_single_hidden_count_may_stand_alone():
    assert suppress_column([100, 7, 40], is_total_shown=False).is_hidden.tolist() == [False, True, False]


def test_two_small_counts_that_leave_too_little_doubt_take_a_third():
    # Noughts are shown, so 2 and 4 are each 1 to 5, a width of 4; 2 and 5 are each 1 to 6, which is enough.
    assert suppress_column([100, 2, 4, 40]).is_hidden.tolist() == [False, True, True, True]
    assert suppress_column([100, 2, 5, 40]).is_hidden.tolist() == [False, True, True, False]


def test_hidden_counts_of_one_do_not_cover_each_other():
    # 9 and 1 add to 10: if the other is known to be at least 1, the greater is at most 9, which it is.
    assert not leaves_room([9, 1])
    assert leaves_room([9, 2])
    assert leaves_room([40, 1, 1])
    assert not leaves_room([9])
    assert not leaves_room([1, 1, 1, 1, 1, 1])
    assert leaves_room([9, 2, np.nan, 0])
    assert suppress_column([100, 9, 1, 40]).is_hidden.tolist() == [False, True, True, True]


def test_a_nought_does_not_protect():
    found = suppress_column([100, 7, 0])
    assert found.is_hidden.tolist() == [True, True, False]


def test_a_total_that_gives_the_only_count_away_is_hidden_too():
    found = suppress_column([7, 0])
    assert found.is_hidden.tolist() == [True, False]
    assert found.is_total_hidden
    lonely = suppress_column([0, 0, 3])
    assert lonely.is_total_hidden


def test_a_list_without_small_counts_is_shown_as_it_is():
    found = suppress_column([0, 11, 500])
    assert not found.is_hidden.any()
    assert not found.is_total_hidden


def test_what_was_hidden_stays_hidden():
    found = suppress_column([100, 50, 40], already_hidden=[False, True, False])
    assert found.is_hidden.tolist() == [False, True, False]
    with pytest.raises(InvalidArgumentError, match="shape"):
        suppress_column([100, 50], already_hidden=[True])


@pytest.mark.parametrize("seed", range(20))
def test_no_hidden_count_of_a_list_can_be_worked_out(seed):
    counts = np.random.default_rng(seed).integers(0, 30, size=8)
    found = suppress_column(counts)
    if found.is_total_hidden:
        return
    hidden = counts[found.is_hidden & (counts > 0)]
    for count in counts[is_small(counts)]:
        assert count < hidden.sum() - (len(hidden) - 1)
        assert hidden.sum() - len(hidden) >= 5
    assert np.all(found.is_hidden[is_small(counts)])


def test_a_count_that_is_not_known_is_neither_hidden_nor_a_cover():
    found = suppress_column([100, 7, np.nan, 40])
    assert found.is_hidden.tolist() == [False, True, False, True]
    rates = suppress_rates([np.nan, 5, 50, 60], [np.nan, 100, 100, 100])
    assert not rates.is_hidden[0]
    with pytest.raises(InvalidArgumentError, match="every cell"):
        suppress_table([[1, np.nan]])


@pytest.mark.parametrize("seed", range(20))
def test_no_small_numerator_or_remainder_of_rates_can_be_worked_out(seed):
    rng = np.random.default_rng(seed)
    trials = rng.integers(1, 200, size=7)
    events = rng.binomial(trials, 0.15)
    found = suppress_rates(events, trials)
    for counts in (events, trials - events, trials):
        small = is_small(counts)
        assert np.all(found.is_hidden[small])
        if found.is_total_hidden:
            continue
        hidden_sum = counts[found.is_hidden].sum()
        assert np.all(counts[small] < hidden_sum)
        assert not small.any() or hidden_sum >= 5
    assert np.all(found.is_hidden[trials < 30])
    assert found.is_hidden.sum() != 1 or found.is_total_hidden


def test_a_rate_over_29_is_hidden_and_over_30_shown():
    shown = suppress_rates([15, 50, 60], [30, 100, 100])
    hidden = suppress_rates([15, 50, 60], [29, 100, 100])
    assert not shown.is_hidden.any()
    assert hidden.is_hidden[0]
    assert hidden.is_hidden.sum() == 2  # one alone would be the total less the others


def test_a_small_numerator_or_a_small_remainder_hides_its_row():
    assert suppress_rates([5, 50, 60], [100, 100, 100]).is_hidden[0]
    assert suppress_rates([95, 50, 60], [100, 100, 100]).is_hidden[0]
    assert not suppress_rates([0, 50, 60], [100, 100, 100]).is_hidden.any()
    assert not suppress_rates([100, 50, 60], [100, 100, 100]).is_hidden.any()
    assert not suppress_rates([11, 50, 60], [100, 100, 100]).is_hidden.any()
    with pytest.raises(InvalidCountsError):
        suppress_rates([3], [2])


def test_a_row_alone_takes_its_total_along():
    found = suppress_rates([5], [100])
    assert found.is_hidden.tolist() == [True]
    assert found.is_total_hidden
    assert not suppress_rates([5], [100], is_total_shown=False).is_hidden.sum() > 1


def test_a_primary_cell_alone_is_recovered_exactly():
    low, high = audit_table(INVESTMENT, is_hidden=SENSITIVE)
    assert (low[1, 2], high[1, 2]) == pytest.approx((22.0, 22.0))


def test_the_published_pattern_leaves_the_published_uncertainty():
    low, high = audit_table(INVESTMENT, is_hidden=PUBLISHED_PATTERN)
    assert (low[1, 2], high[1, 2]) == pytest.approx((5.0, 30.0))
    assert (low[1, 0], high[1, 0]) == pytest.approx((0.0, 25.0))
    assert (low[2, 2], high[2, 2]) == pytest.approx((4.0, 29.0))
    assert (low[0, 0], high[0, 0]) == (20.0, 20.0)


def test_the_suppressed_table_protects_the_cell_at_no_greater_cost_than_the_published_pattern():
    found = suppress_table(INVESTMENT, primary=SENSITIVE)
    assert found.is_hidden[1, 2]
    assert found.high[1, 2] - found.low[1, 2] >= 5
    assert found.low[1, 2] < 22 < found.high[1, 2]
    hidden_sum = INVESTMENT[found.is_hidden[:-1, :-1]].sum()
    assert hidden_sum <= INVESTMENT[PUBLISHED_PATTERN].sum()


@pytest.mark.parametrize("seed", range(6))
def test_no_small_cell_of_a_table_can_be_worked_out(seed):
    counts = np.random.default_rng(seed).poisson(25, size=(5, 4))
    counts[1, 2], counts[3, 0] = 3, 8
    found = suppress_table(counts)
    small = is_small(counts)
    assert small.sum() >= 2
    assert np.all(found.is_hidden[:-1, :-1][small])
    inner_low, inner_high = found.low[:-1, :-1], found.high[:-1, :-1]
    assert np.all(inner_high[small] - inner_low[small] >= 5)
    assert np.all((inner_low[small] < counts[small]) & (counts[small] < inner_high[small]))
    assert found.is_hidden.sum() < found.is_hidden.size / 2


def test_a_hidden_cell_is_known_to_be_at_least_one_where_noughts_are_shown():
    hidden = np.array([[1, 1], [1, 1]], dtype=bool)
    low, high = audit_table([[3, 9], [8, 20]], is_hidden=hidden)
    assert (low[0, 0], high[0, 0]) == (0, 11)
    low, high = audit_table([[3, 9], [8, 20]], is_hidden=hidden, smallest_hidden=1)
    assert (low[0, 0], high[0, 0]) == (1, 10)


def test_a_cell_of_one_may_be_the_least_that_it_can_be():
    found = suppress_table([[1, 30, 40], [30, 50, 60], [40, 60, 70]])
    assert found.is_hidden[0, 0]
    assert found.is_hidden.sum() == 4
    assert found.low[0, 0] == 1
    assert found.high[0, 0] >= 6


def test_a_table_without_small_cells_is_shown():
    found = suppress_table([[20, 30], [0, 50]])
    assert not found.is_hidden.any()


def test_a_small_total_is_hidden_like_a_cell():
    found = suppress_table([[3, 0], [40, 50]])
    assert found.is_hidden[0, 0]
    assert found.is_hidden[0, 2]


def test_a_table_that_nothing_protects_goes_as_a_whole():
    found = suppress_table([[3]])
    assert found.is_hidden.all()


def test_cells_hidden_before_stay_hidden_in_the_next_release():
    before = suppress_table(INVESTMENT, primary=SENSITIVE)
    later = suppress_table(INVESTMENT + 20, already_hidden=before.is_hidden)
    assert np.all(later.is_hidden[before.is_hidden])


def test_a_table_of_twenty_by_twenty_is_done_in_seconds():
    counts = np.random.default_rng(1).poisson(60, size=(20, 20))
    counts[4, 7], counts[11, 3] = 2, 9
    found = suppress_table(counts)
    assert found.is_hidden.sum() >= 4
    assert np.all(found.high[found.is_primary] - found.low[found.is_primary] >= 5)


def test_rounding_is_to_the_nearest_five():
    assert round_counts([0, 12, 13, 17, 18, 1000]).tolist() == [0, 10, 15, 15, 20, 1000]
    with pytest.raises(InvalidCountsError, match="whole"):
        suppress_column([1.5])


@pytest.mark.full
def test_every_bound_of_the_suppression_oracle(shared: Path):
    oracle = json.loads((shared / "oracles" / "suppression_fischetti_salazar.json").read_text())
    cases = oracle["cases"]
    table = np.array(cases["table"])
    assert table.sum() == cases["total"]
    for cells, bounds in (
        (cases["pattern_suppressed"], cases["attacker_bounds"]),
        (cases["primary"], cases["primary_only_bounds"]),
    ):
        hidden = np.zeros(table.shape, dtype=bool)
        hidden[tuple(np.array(cells).T)] = True
        low, high = audit_table(table, is_hidden=hidden)
        for name, expected in bounds.items():
            cell = tuple(int(each) for each in name.split(","))
            assert (low[cell], high[cell]) == pytest.approx(expected, abs=oracle["tolerance"])
