"""Counts of several indicators that are one number, and sums of them, as they are found in the data."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from pipelines.publish.quantities import LEAST_ALIKE, Deployment, find_quantities
from pipelines.publish.relations import Counts

MONDAY = dt.date(2026, 3, 2)
READ, FEW = [90, 80, 70, 60, 50], [9, 8, 7, 6, 5]


def find(**indicators: tuple[list[float], list[float]]) -> Deployment:
    rows = [
        {"indicator_id": name, "period": "week", "period_start": MONDAY + dt.timedelta(weeks=week),
         "slice": "all", "slice_value": "all", "numerator": float(x), "denominator": float(n)}
        for name, (events, units) in indicators.items()
        for week, (x, n) in enumerate(zip(events, units, strict=True))
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    counts = Counts(table["numerator"].tolist(), table["denominator"].tolist(), [False] * len(table))
    about = pd.DataFrame({"unit": "conversation", "kind": "proportion"}, index=list(indicators))
    return find_quantities(table, counts, about)


def list_columns(found: Deployment) -> set[frozenset[tuple[str, str]]]:
    return {frozenset(one.columns) for one in found.quantities}


def test_what_one_indicator_counts_and_another_divides_by_is_one_quantity():
    found = find(at_risk=(FEW, READ), missed=([1, 2, 3, 4, 4], FEW), of_an_operator=([0] * 5, READ))
    one = {("numerator", "at_risk"), ("denominator", "missed")}
    assert frozenset(one) in list_columns(found)
    assert frozenset({("denominator", "at_risk"), ("denominator", "of_an_operator"),
                      ("others", "of_an_operator")}) in list_columns(found)  # fmt: skip


@pytest.mark.parametrize("changed", [False, True])
def test_counts_that_differ_in_one_cell_are_two_quantities(changed: bool):
    other = [*READ[:-1], READ[-1] + changed]
    names = {("denominator", "a"), ("denominator", "b")}
    columns = list_columns(find(a=([11, 12, 13, 14, 15], READ), b=([21, 22, 23, 24, 25], other)))
    assert (frozenset(names) in columns) is not changed


def test_few_cells_that_agree_say_nothing():
    short = LEAST_ALIKE - 1
    columns = list_columns(find(a=(FEW[:short], READ[:short]), b=([1] * short, READ[:short])))
    assert frozenset({("denominator", "a")}) in columns


def test_what_was_not_read_is_a_quantity_that_no_row_shows():
    every = [n + left for n, left in zip(READ, [3, 0, 1, 0, 2], strict=True)]
    found = find(long=([20, 21, 22, 23, 24], every), at_risk=(FEW, READ))
    (rest,) = (one for one in found.quantities if not one.columns)
    np.testing.assert_array_equal(rest.values, [3, 0, 1, 0, 2])
    assert any(one.parts[1] is rest and ("denominator", "long") in one.total.columns for one in found.sums)


def test_late_and_early_are_found_to_be_all():
    late = [n - 40 for n in READ]
    found = find(
        all=([30, 31, 32, 33, 34], READ), early=([1, 3, 1, 2, 2], [40] * 5), late=([0, 1, 2, 1, 1], late)
    )
    named = [{next(iter(one.columns))[1] for one in (*each.parts, each.total)} for each in found.sums]
    assert {"all", "early", "late"} in named
