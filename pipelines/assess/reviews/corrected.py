"""Corrected rates as rows: correction, detector performance, and observations beside the raw ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.assess.days.calendar import end_of, list_days
from pipelines.assess.days.day import DayState, worst_state
from pipelines.assess.level.observation import Background
from pipelines.assess.level.status import judge_strictly, limits_between
from pipelines.assess.reviews.agreement import Doubles, agree
from pipelines.assess.reviews.correction import correct, judge_detector
from pipelines.assess.reviews.window_frame import WEEK, WINDOWS, Frame, list_frames
from pipelines.schemas.assessment import CORRECTION, DETECTOR_PERFORMANCE, OBSERVATION

CASE = "case:"
INACCURACY = "inaccuracy_rate"
"""An indicator that no detector counts: only reviewers see a wrong fact."""


def tabulate_corrections(
    strata: pd.DataFrame,
    tallies: pd.DataFrame,
    counts: pd.DataFrame,
    doubles: Doubles,
    background: Background,
) -> tuple[pa.Table, pa.Table]:
    """The tables `assessment.correction` and `assessment.detector_performance`.

    Args:
        strata: rows of `assessment.review_stratum`.
        tallies: rows of `assessment.review_tally`.
        counts: what detectors counted, of `sql/assessment/period.sql`.
        doubles: pairs of answers of items that two people labelled, by sample.
        background: definitions.
    """
    corrections: list[dict[str, Any]] = []
    performance: list[dict[str, Any]] = []
    mine = tallies[tallies["slice"] == "all"]
    by_name = {
        (str(deployment), str(name)): rows
        for (deployment, name), rows in mine.groupby(["deployment_id", "indicator_id"])
    }
    raw = _raw_weeks(counts)
    for weeks in WINDOWS:
        for frame in list_frames(strata, weeks):
            alpha, quality, doubled = agree(frame, doubles)
            said = {
                "window_weeks": weeks,
                "alpha": alpha if np.isfinite(alpha) else None,
                "label_quality": quality,
                "doubled_count": doubled,
            }
            for (deployment, name), rows in by_name.items():
                if deployment != frame.deployment_id:
                    continue
                if name.startswith(CASE) and name != f"{CASE}inaccuracy":
                    performance += [
                        said | row for row in judge_detector(frame, rows, name.removeprefix(CASE))
                    ]
                    continue
                indicator = INACCURACY if name.startswith(CASE) else name
                if (definition := background.definitions.get(indicator)) is None:
                    continue
                counted, counted_of = _counted(raw, frame, indicator)
                found = correct(frame, rows, definition, counted=counted, counted_of=counted_of)
                if found is not None:
                    corrections.append(said | found)
    return (
        pa.Table.from_pylist(corrections, schema=CORRECTION.arrow_schema),
        pa.Table.from_pylist(performance, schema=DETECTOR_PERFORMANCE.arrow_schema),
    )


def observe_corrections(corrections: pa.Table, background: Background) -> pa.Table:
    """Corrected rows of `assessment.observation`: by week, and rolling over four and twelve.

    A window of which a week is not in the samples is partial: four weeks of which one was reviewed say what
    that one says.
    """
    rows = []
    for one in corrections.to_pylist():
        definition = background.definitions[one["indicator_id"]]
        calendar = background.calendars[one["deployment_id"]]
        first = one["last_week"] - (one["window_weeks"] - 1) * WEEK
        weeks = [first + number * WEEK for number in range(one["window_weeks"])]
        last = end_of("week", one["last_week"])
        decisions = background.decisions.get(one["deployment_id"], ())
        judged = judge_strictly(
            one["value"],
            limits_between(decisions, one["indicator_id"], first, last),
            is_context=definition["direction"] == "neither",
            denominator=one["population_count"],
            minimum_denominator=definition["minimum_denominator"],
            coverage=one["covered_share"],
        )
        rows.append(
            {name: one.get(name) for name in OBSERVATION.arrow_schema.names}
            | {
                "period": WINDOWS[one["window_weeks"]],
                "period_start": first,
                "slice": "all",
                "slice_value": "all",
                "estimate": "corrected",
                "status": judged.status.value,
                "variation": "not_assessed",
                "coverage": one["covered_share"],
                "is_latest": False,
                "is_suppressed": False,
                "is_partial": one["week_count"] < one["window_weeks"]
                or any(calendar.is_partial("week", week) for week in weeks),
                "data_state": _worst_day(background, one["deployment_id"], first, last),
                "definition_version": definition["definition_version"],
                "appetite_version": judged.version,
            }
        )
    return pa.Table.from_pylist(rows, schema=OBSERVATION.arrow_schema)


def _worst_day(background: Background, deployment_id: str, first: dt.date, last: dt.date) -> str:
    """The state of the worst day of a window; a day that is not there makes it partial."""
    known = background.states.get(deployment_id, {})
    return worst_state(known.get(day, DayState.PARTIAL) for day in list_days(first, last)).value


def _raw_weeks(counts: pd.DataFrame) -> Mapping[tuple[str, str, dt.date], tuple[float, float]]:
    weekly = counts[(counts["period"] == "week") & (counts["slice"] == "all")]
    names = ("deployment_id", "indicator_id", "period_start", "numerator", "denominator")
    return {
        (deployment, indicator, week): (numerator, denominator)
        for deployment, indicator, week, numerator, denominator in zip(
            *(weekly[name].tolist() for name in names), strict=True
        )
    }


def _counted(
    raw: Mapping[tuple[str, str, dt.date], tuple[float, float]], frame: Frame, indicator: str
) -> tuple[float, float]:
    found: Sequence[tuple[float, float]] = [
        raw.get((frame.deployment_id, indicator, week), (0.0, 0.0)) for week in frame.weeks
    ]
    return sum(one for one, _ in found), sum(of for _, of in found)
