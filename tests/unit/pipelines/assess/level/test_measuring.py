"""What reviews say of detectors: a count stands beside a value only where it gives that value.

And what harms late in conversations say beside those before.
"""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from methods.intervals import poisson_rate_ratio
from pipelines.assess.level.measuring import compare_late_with_early, count_different_groups, measure_reviews

MONDAY = dt.date(2026, 8, 3)
STRATA = pd.DataFrame(columns=["deployment_id", "sample_id"])


@pytest.mark.parametrize(
    ("method", "low", "high", "numerator"), [("census", 0.9, 0.9, 18.0), ("ratio_logit_t", 0.6, 0.97, None)]
)
def test_a_precision_has_its_count_where_all_that_was_flagged_was_reviewed(method, low, high, numerator):
    performance = pa.Table.from_pylist([{
        "deployment_id": "harbor", "case_id": "user_at_risk", "figure": "precision", "window_weeks": 4,
        "last_week": dt.date(2026, 8, 3), "value": 0.9, "ci_low": low, "ci_high": high, "method": method,
        "numerator": 18, "denominator": 20, "alpha": None,
    }])  # fmt: skip
    corrections = pa.Table.from_pylist([{"indicator_id": "other", "window_weeks": 4}])
    (row,) = measure_reviews(STRATA, corrections, performance, {})
    assert (row["indicator_id"], row["numerator"], row["denominator"]) == (
        "detector_precision", numerator, 20.0,
    )  # fmt: skip


def compare(make, late: list[float], early: list[float]) -> dict:
    """Harms in the buckets of a week, of 100 replies each."""
    parts = {"harm_late_rate_per_1000": late, "harm_early_rate_per_1000": early}
    counts = pd.concat(
        make.counts(("week", MONDAY, sum(x), 100 * len(x)), indicator_id=name) for name, x in parts.items()
    )
    clusters = make.clusters(
        *(("week", MONDAY, x, [100.0] * len(x)) for x in parts.values()), indicator_ids=list(parts)
    )
    (row,) = compare_late_with_early(counts, clusters)
    return row


def test_harms_of_few_people_say_less_of_late_against_early_than_harms_of_many(make):
    many = compare(make, [1.0] * 60 + [0.0] * 4, [0.5] * 60 + [0.0] * 4)
    few = compare(make, [20.0] * 3 + [0.0] * 61, [0.5] * 60 + [0.0] * 4)
    plain = poisson_rate_ratio(60, 6400, reference_events=30, reference_exposure=6400)
    assert many["value"] == few["value"] == 2.0
    assert (many["ci_low"], many["ci_high"]) == (plain.low, plain.high)
    assert many["ci_low"] > 1
    assert few["ci_low"] < 1
    assert few["ci_high"] > 1.5 * plain.high


@pytest.mark.parametrize(
    ("late", "early", "is_bounded"), [(30, 0, True), (30, 1, False), (0, 0, False), (0, 30, False)]
)
def test_a_ratio_over_nothing_has_no_value_but_is_at_least_its_lower_end(make, late, early, is_bounded):
    counts = pd.concat(
        make.counts(("week", MONDAY, harms, units), indicator_id=f"harm_{part}_rate_per_1000")
        for part, harms, units in (("late", late, 3000), ("early", early, 9000))
    )
    (row,) = compare_late_with_early(counts, make.clusters())
    assert row["at_least"] == (row["ci_low"] if is_bounded else None)
    if is_bounded:
        assert row["at_least"] == pytest.approx(22.9, abs=0.1)
        assert np.isnan(row["value"])


@pytest.mark.parametrize(
    ("late", "early", "expected"),
    [
        ((9000, 10000), (0, 3000), (9000, 10000)),
        ((0, 10000), (1500, 3000), (1500, 3000)),
        ((0, 10000), (0, 0), (0, 0)),
    ],
)
def test_late_against_early_hands_on_how_much_was_read_of_the_arm_that_was_read_less(
    make, late, early, expected
):
    counts = pd.concat(
        make.counts(
            ("week", MONDAY, 2, 1000), indicator_id=f"harm_{part}_rate_per_1000", unscored_count=unread,
            unit_count=units,
        )
        for part, (unread, units) in (("late", late), ("early", early))
    )  # fmt: skip
    (row,) = compare_late_with_early(counts, make.clusters())
    assert (row["unscored_count"], row["unit_count"]) == expected


def test_groups_that_differ_are_one_number_of_the_window_whichever_weeks_were_reviewed():
    sunday = MONDAY + dt.timedelta(days=27)
    equity = pa.Table.from_pylist(
        [
            {"deployment_id": "harbor", "last_day": last, "status": status}
            for last, status in (
                (sunday, "different"),
                (sunday - dt.timedelta(days=7), "different"),
                (sunday - dt.timedelta(days=7), "not_assessable"),
            )
        ]
    )
    (row,) = count_different_groups(equity, {"harbor": sunday})
    assert (row["value"], row["denominator"]) == (2.0, 2.0)
    assert row["period_start"] == sunday - dt.timedelta(days=6)
