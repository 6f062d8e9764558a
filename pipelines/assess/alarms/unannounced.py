"""Changes that nobody announced: a name in the log, or weeks unlike the reference, without a declared change.

Drift is no harm and a new name is no fault; but a deployment whose behaviour changes without anyone saying so
is not under control. What was declared within three days explains both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from methods.drift import DriftStatus, locate_change
from pipelines.assess.alarms.concern import Concern
from pipelines.assess.days.calendar import DAY, Calendar, end_of

EXPLAINING_DAYS = 3
"""A change may take effect some days beside the day for which it was declared."""

NAMED = ("model", "prompt")
INDICATOR = "drift_index"
MEASURED_BY_DETECTORS = "signal_mix"


@dataclass(frozen=True)
class Trace:
    """What points at a change: between which days it lies, when it could be known, and when it had gone."""

    low: dt.date
    high: dt.date
    known_on: dt.date
    closed_on: dt.date | None
    words: str


def suspect_changes(
    drift: pa.Table, changes: pa.Table, features: pd.DataFrame, calendars: Mapping[str, Calendar]
) -> list[Concern]:
    """One concern for every group of traces that lie close together and that no declared change explains."""
    drifted, seen = drift.to_pylist(), changes.to_pylist()
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
        declared = [row["effective_on"] for row in mine if row["origin"] == "declared"]
        open_ = [trace for trace in traces if not any(_is_near(trace, day) for day in declared)]
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
                far = (
                    f"{row['distance']:.3f} from the reference weeks, which differ by {row['null_high']:.3f}"
                )
                words = f"{feature.replace('_', ' ')} in the week of {row['week']} lies {far}"
                first = Trace(low, high, end_of("week", row["week"]), None, words)
                explained = feature == MEASURED_BY_DETECTORS and any(
                    _is_near(first, day) for day in detectors
                )
                traces += [] if explained else [first]
            elif not has_moved and first is not None:
                closed = Trace(first.low, first.high, first.known_on, row["week"], first.words)
                traces = [closed if trace is first else trace for trace in traces]
                first = None
            previous = row
    return traces


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


def _is_near(trace: Trace, day: dt.date) -> bool:
    return trace.low - EXPLAINING_DAYS * DAY <= day <= trace.high + EXPLAINING_DAYS * DAY


def _group(traces: list[Trace]) -> list[list[Trace]]:
    groups: list[list[Trace]] = []
    for trace in sorted(traces, key=lambda trace: (trace.low, trace.words)):
        if groups and trace.low <= max(one.high for one in groups[-1]) + EXPLAINING_DAYS * DAY:
            groups[-1].append(trace)
        else:
            groups.append([trace])
    return groups


def _concern(deployment: str, traces: list[Trace]) -> Concern:
    low, high = min(trace.low for trace in traces), max(trace.high for trace in traces)
    when = f"on {low}" if low == high else f"between {low} and {high}"
    ends = [trace.closed_on for trace in traces]
    is_over = all(end is not None for end in ends)
    return Concern(
        alarm_id=f"unannounced:{deployment}:{low}",
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
    )
