"""Traces in runs of the canary: the same probes, and more of them answered in another way than before.

Answers of a language model vary by themselves, so a run counts as moved only beyond the middle of what
earlier runs of the same probes and model show against each other. It is held against the run before, which
shows a sudden change, and by the same rule against the reference run, which shows a slow one once it lasts.
Days are days in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from statistics import median
from typing import Any

from pipelines.assess.alarms.trace import Trace

PRACTICAL_SHARE = 0.1
"""Share of probes of another class from which a run may count as moved; less is no news to anybody."""

FIRST_SHARE = 0.25
"""Taken for usual until runs have shown what they vary by."""

LASTING_RUNS = 3
"""Runs in a row away from the reference before it is told: what is slow lasts, and an unlucky night does not.
Of 300 made-up deployments each, with 4 to 30 of 50 probes that vary by themselves, 0 to 5 % had such a trace
in 90 nights; with one run 62 to 68 % where 8 or more vary, with two 9 to 16 %."""

SAME = ("probes_version", "detectors_version", "model")


def trace_canary(runs: Iterable[Mapping[str, Any]]) -> list[Trace]:
    """The traces in rows of `assessment.canary_run` of one deployment.

    One for each run that moved from the run before, and one for each stretch of runs away from the reference.
    """
    ordered = sorted(runs, key=lambda row: row["run_id"])
    by_id = {row["run_id"]: row for row in ordered}
    seen: dict[tuple[Any, ...], list[float]] = {}
    sudden: list[Trace] = []
    slow: list[Trace] = []
    away: list[Mapping[str, Any]] = []
    for row in ordered:
        before = by_id.get(row["compared_with"])
        if before is None or row["changed_share"] is None:
            continue
        earlier = seen.setdefault(tuple(row[name] for name in SAME), [])
        usual = median(earlier) if earlier else FIRST_SHARE
        if _has_moved(row["changed_share"], row["ci_low"], usual):
            sudden.append(_trace(row, before))
        reference = by_id.get(row["reference_run"])
        is_away = reference is not None and _has_moved(
            row["reference_changed_share"], row["reference_ci_low"], usual
        )
        if away and not (is_away and away[0]["reference_run"] == row["reference_run"]):
            if len(away) >= LASTING_RUNS:
                slow[-1] = replace(slow[-1], closed_on=row["ran_at"].date())
            away = []
        if reference is not None and is_away:
            away.append(row)
            if len(away) == LASTING_RUNS:
                slow.append(_trace_slow(away, by_id[away[0]["compared_with"]], reference))
        earlier.append(row["changed_share"])
    return [*sudden, *slow]


def _has_moved(share: float, low: float, usual: float) -> bool:
    return low > usual and share >= PRACTICAL_SHARE


def _trace(row: Mapping[str, Any], before: Mapping[str, Any]) -> Trace:
    last, day = before["ran_at"].date(), row["ran_at"].date()
    share = f"{row['changed_share']:.0%}, {row['ci_low']:.0%} to {row['ci_high']:.0%}"
    words = (
        f"{row['changed_count']} of {row['compared_count']} canary probes ({share}) were answered on {day} "
        f"in another way than on {last}{_say_withheld(row)}"
    )
    return Trace(last, day, day, None, words)


def _trace_slow(
    away: list[Mapping[str, Any]], before: Mapping[str, Any], reference: Mapping[str, Any]
) -> Trace:
    """Dated by the runs between which it became too much; one declared months before does not explain it."""
    row = away[-1]
    day, share = row["ran_at"].date(), row["reference_changed_share"]
    bounds = f"{share:.0%}, {row['reference_ci_low']:.0%} to {row['reference_ci_high']:.0%}"
    words = (
        f"{row['reference_changed_count']} of {row['reference_count']} canary probes ({bounds}) were "
        f"answered on {day} in another way than in the reference run of {reference['ran_at'].date()}"
        f"{_say_withheld(row)}; that may have come slowly"
    )
    return Trace(before["ran_at"].date(), away[0]["ran_at"].date(), day, None, words)


def _say_withheld(row: Mapping[str, Any]) -> str:
    return f" ({row['withheld_count']} with an empty, filtered or refused answer)" * bool(
        row["withheld_count"]
    )
