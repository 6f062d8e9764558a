"""What reviews say of detectors: a count stands beside a value only where it gives that value."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest

from pipelines.assess.level.measuring import measure_reviews

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
