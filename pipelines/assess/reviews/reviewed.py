"""What reviewed samples add to an assessment: corrected rates, detectors' figures, review indicators."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from pipelines.assess.level.measuring import measure_reviews
from pipelines.assess.level.observation import Background
from pipelines.assess.reviews.corrected import observe_corrections, tabulate_corrections
from pipelines.assess.reviews.review import tally_reviews
from pipelines.lake.lake import Commit
from risk_register.database.store import Store
from risk_register.review.reviews import list_double_labels
from risk_register.review.times import list_waits


@dataclass(frozen=True)
class Reviewed:
    """Tables, observations beside the raw ones, and measured rows that are still to be judged."""

    correction: pa.Table
    performance: pa.Table
    observations: pa.Table
    measured: list[dict[str, Any]]
    strata: pd.DataFrame
    tallies: pd.DataFrame

    def records(self, deployment_id: str) -> frozenset[str]:
        """What there is of reviews, as an indicator's definition names it."""
        mine = self.strata[self.strata["deployment_id"] == deployment_id]
        found = {"review:sample"} if len(mine) else set()
        return frozenset(found | ({"review:labels"} if mine["reviewed_count"].sum() else set()))


def assess_reviews(
    commit: Commit, store: Store, background: Background, counts: pd.DataFrame, *, at: dt.datetime
) -> Reviewed:
    """Correct what can be corrected; without a reviewed sample every table is empty, and rates stay raw."""
    strata, tallies = tally_reviews(
        commit, store, background.definitions, deployments=background.calendars, at=at
    )
    samples = sorted(strata["sample_id"].unique())
    doubles = {name: list_double_labels(store, sample_id=name) for name in samples}
    correction, performance = tabulate_corrections(strata, tallies, counts, doubles, background)
    waits = {name: list_waits(store, sample_id=name) for name in samples}
    measured = measure_reviews(strata, correction, performance, waits)
    known = [row for row in measured if row["indicator_id"] in background.definitions]
    return Reviewed(
        correction, performance, observe_corrections(correction, background), known, strata, tallies
    )
