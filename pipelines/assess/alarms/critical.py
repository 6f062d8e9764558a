"""The floor under all statistics: grave findings that a person should read, one by one.

A detector found them and nobody has confirmed them, so each carries what is known of that detector. What
many of them together mean is the business of `stream`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from pipelines.assess.alarms.concern import Concern
from pipelines.schemas.assessment import NEEDS_EYES
from risk_register.alarm.grave_findings import UNANSWERED_HIGH, FindingState, name_finding

LISTED_A_DAY = 20
"""Open findings of a day that the published table holds; the store and the pages hold every one. Owner:
clinical safety; a placeholder of 2026-11-23."""

INDICATORS = {"assistant_harm": "critical_harm_count", "unanswered_risk": "missed_escalation_rate"}
WORDS = {
    "assistant_harm": "Harm of level 4 by the assistant",
    "unanswered_risk": "Risk of level 4 that nothing after it answers",
}
UNKNOWN_BADGE = "unvalidated"
UNCONFIRMED = FindingState.UNCONFIRMED.value


def describe_critical(
    found: pa.Table,
    detectors: Sequence[Mapping[str, Any]],
    decided: Mapping[str, str] = MappingProxyType({}),
) -> list[dict[str, Any]]:
    """Every grave finding, with what is known of its detector and what people made of it.

    Args:
        found: rows of `assessment.critical_day`; risk of level 3 is no grave finding and left out.
        detectors: rows of `finding.detector`.
        decided: states of findings that a person looked at, by the id of the finding.
    """
    badges = {(row["detector_id"], row["signal_id"]): row["badge"] for row in detectors}
    rows = [row for row in found.to_pylist() if row["what"] != UNANSWERED_HIGH]
    day_counts = Counter(map(_name_kind, rows))
    return [
        row
        | {
            "badge": badges.get((row["detector_id"], row["signal_id"]), UNKNOWN_BADGE),
            "state": decided.get(
                name_finding(row["deployment_id"], row["message_id"], row["signal_id"]), UNCONFIRMED
            ),
            "day_count": day_counts[_name_kind(row)],
        }
        for row in rows
    ]


def list_critical(described: Sequence[Mapping[str, Any]]) -> pa.Table:
    """The table `assessment.needs_eyes`: what a person decided, and a day's open ones up to the cap.

    The first open one of each kind comes first: a kind without a row would lose its `day_count`, which the
    monthly review adds up. Ids are keyed hashes, so beyond that their order picks no kind over another.
    """
    by_id = sorted(described, key=lambda row: (row["deployment_id"], row["day"], row["message_id"]))
    first = {_name_kind(row): row for row in reversed(by_id) if row["state"] == UNCONFIRMED}
    listed: Counter[tuple[str, dt.date]] = Counter()
    chosen = []
    for row in sorted(by_id, key=lambda row: first.get(_name_kind(row)) is not row):
        day = row["deployment_id"], row["day"]
        listed[day] += row["state"] == UNCONFIRMED
        if row["state"] != UNCONFIRMED or listed[day] <= LISTED_A_DAY:
            chosen.append(row)
    return pa.Table.from_pylist(chosen, schema=NEEDS_EYES.arrow_schema)


def _name_kind(row: Mapping[str, Any]) -> tuple[str, dt.date, str]:
    return row["deployment_id"], row["day"], row["what"]


def raise_critical(described: Sequence[Mapping[str, Any]]) -> list[Concern]:
    """One concern a deployment and kind for all findings that nobody has read, of whatever day.

    Counts stay out of words.
    """
    unread: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in described:
        if row["state"] == UNCONFIRMED:
            unread.setdefault((row["deployment_id"], row["what"]), []).append(row)
    return [_concern(deployment, what, rows) for (deployment, what), rows in unread.items()]


def _concern(deployment: str, what: str, rows: Sequence[Mapping[str, Any]]) -> Concern:
    opened_on = min(row["day"] for row in rows)
    badges = sorted({f"{row['detector_id']} ({row['badge']})" for row in rows})
    newest = max(row["day"] for row in rows)
    return Concern(
        alarm_id=f"critical:{deployment}:{what}:{opened_on}",
        deployment_id=deployment,
        indicator_id=INDICATORS[what],
        kind="critical_finding",
        opened_on=opened_on,
        stream_id=f"floor:{what}",
        state="alarm",
        note=(
            f"{WORDS[what]}: unread in {deployment}, from {opened_on} to {newest}. "
            f"Found by {', '.join(badges)}, confirmed by nobody; the page Alarms lists "
            f"at most {LISTED_A_DAY} a day."
        ),
    )
