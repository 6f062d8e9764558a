"""Changes that nobody announced: a name new or back in the log, weeks unlike the reference, or other answers.

Drift is no harm and a new name is no fault; but a deployment whose behaviour changes without anyone saying so
is not under control. What was declared within three days explains both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import pyarrow as pa

from methods.drift import DriftStatus, judge_drift, locate_change
from pipelines.assess.alarms.canary_trace import trace_canary
from pipelines.assess.alarms.concern import Concern
from pipelines.assess.alarms.trace import EXPLAINING_DAYS, Trace
from pipelines.assess.days.calendar import DAY, Calendar, end_of

NAMED = ("model", "prompt")
INDICATOR = "drift_index"
MEASURED_BY_DETECTORS = "signal_mix"


def suspect_changes(
    drift: pa.Table,
    changes: pa.Table,
    features: pd.DataFrame,
    calendars: Mapping[str, Calendar],
    *,
    canary_runs: Iterable[Mapping[str, Any]] = (),
) -> list[Concern]:
    """One concern for every group of traces that lie close together and that no declared change explains.

    Args:
        drift: the table `assessment.drift`.
        changes: the table `assessment.change`.
        features: rows of `indicator.feature_day`.
        calendars: days with data by deployment.
        canary_runs: rows of `assessment.canary_run`.
    """
    drifted, seen, asked = drift.to_pylist(), changes.to_pylist(), list(canary_runs)
    concerns = []
    for deployment, calendar in calendars.items():
        mine = [row for row in seen if row["deployment_id"] == deployment]
        traces = _trace_names(mine)
        traces += _trace_drift(
            [row for row in drifted if row["deployment_id"] == deployment],
            features[features["deployment_id"] == deployment],
            calendar,
            [row["effective_on"] for row in mine if row["what"] == "detector"],
        )
        traces += trace_canary([row for row in asked if row["deployment_id"] == deployment])
        declared = [row["effective_on"] for row in mine if row["origin"] == "declared"]
        open_ = [trace for trace in traces if not any(trace.is_near(day) for day in declared)]
        concerns += [_concern(deployment, group) for group in _group(open_)]
    return concerns


def _trace_names(changes: Iterable[Mapping[str, Any]]) -> list[Trace]:
    return [
        Trace(row["effective_on"], row["effective_on"], row["effective_on"], None, row["note"].rstrip("."))
        for row in changes
        if row["origin"] == "observed" and row["what"] in NAMED
    ]


def _trace_drift(
    weeks: list[dict[str, Any]], features: pd.DataFrame, calendar: Calendar, detectors: list[dt.date]
) -> list[Trace]:
    """A trace for each run of moved weeks of a feature."""
    traces = []
    for feature in sorted({row["feature"] for row in weeks}):
        mine = sorted((row for row in weeks if row["feature"] == feature), key=lambda row: row["week"])
        previous: dict[str, Any] | None = None
        first: Trace | None = None
        for row in mine:
            has_moved = row["status"] == DriftStatus.MOVED
            if has_moved and first is None:
                low, high = _narrow(features[features["feature"] == feature], previous, row["week"])
                what = f"{feature.replace('_', ' ')} in the week of {row['week']}"
                words = f"{what} lies further from the reference weeks than is usual"
                far = f"{what}: {_say_distance(row)}"
                first = Trace(low, high, end_of("week", row["week"]), None, words, far)
                explained = feature == MEASURED_BY_DETECTORS and any(first.is_near(day) for day in detectors)
                traces += [] if explained else [first]
            # A week that could not be judged says nothing about what was suspected before it.
            elif row["status"] == DriftStatus.STABLE and first is not None:
                closed = replace(first, closed_on=row["week"])
                traces = [closed if trace is first else trace for trace in traces]
                first = None
            previous = row
    return traces


def _say_distance(row: Mapping[str, Any]) -> str:
    """By how much a week has moved: in its mix, or, where that is as usual, along its scale."""
    by_mix = judge_drift(
        row["distance"],
        row["null_high"],
        threshold=row["threshold"],
        current_count=row["message_count"],
        reference_count=row["reference_count"],
    )
    if by_mix is DriftStatus.MOVED or row["spread"] is None:
        return f"{row['distance']:.2f} (usual: up to {row['null_high']:.2f})"
    return (
        f"{row['spread']:.2f} standard deviations along its scale "
        f"(usual: up to {row['spread_null_high']:.2f})"
    )


def _narrow(
    features: pd.DataFrame, previous: Mapping[str, Any] | None, week: dt.date
) -> tuple[dt.date, dt.date]:
    """Days between which the change lies: from the whole week before to the end of the first moved one."""
    start = previous["week"] if previous is not None else week
    last = end_of("week", week)
    chosen = features[(features["day"] >= start) & (features["day"] <= last)]
    table = chosen.pivot_table(
        index="day", columns="category", values="message_count", aggfunc="sum", fill_value=0
    ).sort_index()
    if len(table) < 2:
        return start, last
    low, high = locate_change(table.to_numpy(float))
    return table.index[low], table.index[high]


def _group(traces: list[Trace]) -> list[list[Trace]]:
    groups: list[list[Trace]] = []
    for trace in sorted(traces, key=lambda trace: (trace.low, trace.words)):
        if groups and trace.low <= max(one.high for one in groups[-1]) + EXPLAINING_DAYS * DAY:
            groups[-1].append(trace)
        else:
            groups.append([trace])
    return groups


def _narrow_by(first: Trace, traces: list[Trace]) -> tuple[dt.date, dt.date]:
    """The days between which a trace lies, narrowed by every other one that agrees with what is left."""
    low, high = first.low, first.high
    for other in traces:
        if max(low, other.low) <= min(high, other.high):
            low, high = max(low, other.low), min(high, other.high)
    return low, high


def _concern(deployment: str, traces: list[Trace]) -> Concern:
    # Dated by the trace that was known first, so that one that joins later renames nothing.
    first = min(traces, key=lambda trace: (trace.known_on, trace.low, trace.words))
    low, high = _narrow_by(first, traces)
    when = f"on {low}" if low == high else f"between {low} and {high}"
    ends = [trace.closed_on for trace in traces]
    is_over = all(end is not None for end in ends)
    distances = "; ".join(trace.evidence for trace in traces if trace.evidence)
    return Concern(
        alarm_id=f"unannounced:{deployment}:{first.low}",
        deployment_id=deployment,
        indicator_id=INDICATOR,
        kind="suspected_unannounced_change",
        stream_id=f"change:{INDICATOR}",
        opened_on=min(trace.known_on for trace in traces),
        closed_on=max(end for end in ends if end is not None) if is_over else None,
        state="resolved" if is_over else "watch",
        note=(
            f"{deployment} changed {when}, and no change was declared within {EXPLAINING_DAYS} days: "
            f"{'; '.join(trace.words for trace in traces)}. Declare it, or find out what changed."
        ),
        evidence=f"Distances: {distances}." if distances else "",
    )
