"""What of drift may leave: exact distances of some weeks from a reference are those of one table of counts.

So distances leave in steps (`methods.drift`), and no number of a week where a category counts few; assess
marks these, for the file holds no categories. Pages inside the house show the exact ones.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from methods.drift import leave_distance, list_reference, round_distance
from methods.suppression import is_small
from pipelines.publish.few_messages import UNTOUCHED, Few
from pipelines.publish.suppression import mark
from pipelines.schemas.published.judgement import DRIFT_INDEX
from pipelines.schemas.table import NUMBER

FEATURE = "signal_mix"
"""The feature whose distance the index is."""

DISTANCES = ("distance", "null_high", "spread", "spread_null_high", "largest_gap")


def suppress_drift(drift: pa.Table, few: Mapping[str, Few]) -> pa.Table:
    """The weeks with `is_suppressed`: also where so few messages were compared, or a day of few is told.

    Of a reference week with such a day every other week's row tells the count, by that of the reference.
    """
    rows = drift.select(["deployment_id", "feature", "week", "is_suppressed"]).to_pylist()
    sizes = [drift[name].to_numpy() for name in ("message_count", "reference_count")]
    is_few = np.any(is_small(sizes), axis=0).tolist()
    weeks: dict[tuple[str, str], set[dt.date]] = {}
    for row in rows:
        weeks.setdefault((row["deployment_id"], row["feature"]), set()).add(row["week"])
    told = {
        compared
        for compared, of_feature in weeks.items()
        for week in list_reference(of_feature)
        if few.get(compared[0], UNTOUCHED).touches("week", week)
    }
    hidden = [
        row["is_suppressed"]
        or small
        or few.get(row["deployment_id"], UNTOUCHED).touches("week", row["week"])
        or (row["deployment_id"], row["feature"]) in told
        for row, small in zip(rows, is_few, strict=True)
    ]
    return mark(drift, hidden)


def suppress_index(observations: pa.Table, drift: pa.Table) -> pa.Table:
    """The observations; the index of drift is hidden with the row of its week."""
    weeks = {
        (row["deployment_id"], row["week"])
        for row in drift.select(["deployment_id", "feature", "week", "is_suppressed"]).to_pylist()
        if row["feature"] == FEATURE and row["is_suppressed"]
    }
    names = ("deployment_id", "indicator_id", "period_start", "is_suppressed")
    cells = zip(*(observations[name].to_pylist() for name in names), strict=True)
    return mark(
        observations,
        [
            hidden or (of == DRIFT_INDEX and (deployment, week) in weeks)
            for deployment, of, week, hidden in cells
        ],
    )


def step_distances(rows: pa.Table) -> pa.Table:
    """Rows of drift with every distance in steps."""
    for name in DISTANCES:
        steps = round_distance(rows[name].to_numpy())
        rows = rows.set_column(
            rows.schema.get_field_index(name), name, pa.array(steps, NUMBER, from_pandas=True)
        )
    return rows


def step_index(observations: pa.Table) -> pa.Table:
    """Observations with the value of the index in steps."""
    values = zip(observations["indicator_id"].to_pylist(), observations["value"].to_pylist(), strict=True)
    left = [leave_distance(value) if indicator == DRIFT_INDEX else value for indicator, value in values]
    place = observations.schema.get_field_index("value")
    return observations.set_column(place, observations.schema.field(place), pa.array(left, NUMBER))
