"""Which unknowns follow from equations: held against the rank of the system on random ones."""

import numpy as np

from methods.determined import find_determined, split


def test_an_unknown_alone_follows_and_two_of_one_sum_do_not():
    assert find_determined([{1: 1}, {2: 1, 3: 1}], range(4)) == {1}


def test_what_no_single_equation_gives_follows_from_several():
    assert find_determined([{1: 1, 2: 1}, {2: 1, 3: 1}, {1: 1, 3: 1}], range(4)) == {1, 2, 3}


def test_an_unknown_of_one_equation_follows_when_the_sum_of_the_others_does():
    equations = [{1: 1, 2: -1, 3: -1}, {2: 1, 3: 1}]
    assert find_determined(equations, range(4)) == {1}
    assert find_determined(equations, {2, 3}) == set()


def test_it_is_what_the_rank_of_the_system_says():
    rng = np.random.default_rng(5)
    for _ in range(300):
        rows, columns = rng.integers(1, 8, size=2)
        matrix = rng.choice([0, 0, 0, 1, 1, -1], size=(rows, columns)).astype(float)
        equations = [{int(place): int(row[place]) for place in np.flatnonzero(row)} for row in matrix]
        rank = np.linalg.matrix_rank(matrix)
        wanted = {
            place
            for place in range(columns)
            if np.linalg.matrix_rank(np.vstack([matrix, np.eye(columns)[place]])) == rank
        }
        asked = set(rng.choice(columns, size=rng.integers(0, columns + 1), replace=False).tolist())
        assert find_determined(equations, asked) == wanted & asked
        assert find_determined(equations, range(columns)) == wanted


def test_rows_that_share_nothing_are_of_different_groups():
    assert sorted(map(len, split([[1, 2], [3], [2, 4], [5, 3]]))) == [2, 2]
