"""Traces in runs of the canary: the same probes, and more of them answered in another way than before.

Answers of a language model vary by themselves, so a run counts as moved only beyond the middle of what
earlier runs of the same probes and model show against each other. Days are days in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

from pipelines.assess.alarms.trace import Trace

PRACTICAL_SHARE = 0.1
"""Share of probes of another class from which a run may count as moved; less is no news to anybody."""

FIRST_SHARE = 0.25
"""Taken for usual until runs have shown what they vary by."""

SAME = ("probes_version", "detectors_version", "model")


def trace_canary(runs: Iterable[Mapping[str, Any]]) -> list[Trace]:
    """A trace for each run that moved, from the rows of `finding.canary_run` of one deployment."""
    ordered = sorted(runs, key=lambda row: row["run_id"])
    by_id = {row["run_id"]: row for row in ordered}
    seen: dict[tuple[Any, ...], list[float]] = {}
    traces = []
    for row in ordered:
        before = by_id.get(row["compared_with"])
        if before is None or row["changed_share"] is None:
            continue
        earlier = seen.setdefault(tuple(row[name] for name in SAME), [])
        usual = median(earlier) if earlier else FIRST_SHARE
        if row["ci_low"] > usual and row["changed_share"] >= PRACTICAL_SHARE:
            traces.append(_trace(row, before))
        earlier.append(row["changed_share"])
    return traces


def _trace(row: Mapping[str, Any], before: Mapping[str, Any]) -> Trace:
    last, day = before["ran_at"].date(), row["ran_at"].date()
    share = f"{row['changed_share']:.0%}, {row['ci_low']:.0%} to {row['ci_high']:.0%}"
    words = (
        f"{row['changed_count']} of {row['compared_count']} canary probes ({share}) were answered on {day} "
        f"in another way than on {last}"
    )
    return Trace(last, day, day, None, words)
