"""Runs of the canary beside a fixed reference run, so that a change of two probes a night is seen at last.

The reference is the first run with enough answers since the model, prompt or policy was last declared as
changed. Such a change has its days to take effect; the runs of these days have no reference.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from methods.answer_change import compare_answers, has_enough_answers
from pipelines.assess.alarms.canary_trace import SAME
from pipelines.assess.alarms.release import RELEASES
from pipelines.assess.alarms.trace import EXPLAINING_DAYS
from pipelines.assess.days.calendar import DAY
from pipelines.schemas.canary import WITHHELD

NOTHING = {
    "reference_run": "", "reference_count": 0, "reference_changed_count": 0, "reference_changed_share": None,
    "reference_ci_low": None, "reference_ci_high": None,
}  # fmt: skip


def add_references(
    runs: Iterable[Mapping[str, Any]],
    probes: Iterable[Mapping[str, Any]],
    changes: Iterable[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Rows of `assessment.canary_run`.

    Args:
        runs: rows of `finding.canary_run`.
        probes: rows of `finding.canary_probe`.
        changes: rows of `assessment.change`.
    """
    classes: dict[tuple[str, str], dict[str, str]] = {}
    for row in probes:
        if row["answered_count"]:
            of_run = classes.setdefault((row["deployment_id"], row["run_id"]), {})
            of_run[row["probe_id"]] = row["answer_class"]
    declared: dict[str, list[dt.date]] = {}
    for row in changes:
        if row["origin"] == "declared" and row["what"] in RELEASES:
            declared.setdefault(row["deployment_id"], []).append(row["effective_on"])
    references: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    found = []
    for run in sorted(runs, key=lambda row: (row["deployment_id"], row["run_id"])):
        answers = classes.get((run["deployment_id"], run["run_id"]), {})
        withheld = sum(one == WITHHELD for one in answers.values())
        added = dict(NOTHING)
        if has_enough_answers(run["answered_count"], run["probe_count"]):
            day = run["ran_at"].date()
            since = max((one for one in declared.get(run["deployment_id"], ()) if one <= day), default=None)
            key = (run["deployment_id"], *(run[name] for name in SAME), since)
            is_settled = since is None or day > since + EXPLAINING_DAYS * DAY
            if key in references:
                then = references[key]
                added = _compare(answers, then["run_id"], classes[then["deployment_id"], then["run_id"]])
            elif is_settled and withheld < len(answers):
                references[key] = run
        found.append({**run, "withheld_count": withheld, **added})
    return found


def _compare(answers: Mapping[str, str], run_id: str, then: Mapping[str, str]) -> dict[str, Any]:
    change = compare_answers(answers, then)
    if change is None:
        return dict(NOTHING)
    return {
        "reference_run": run_id,
        "reference_count": change.compared_count,
        "reference_changed_count": change.changed_count,
        "reference_changed_share": change.share,
        "reference_ci_low": change.low,
        "reference_ci_high": change.high,
    }
