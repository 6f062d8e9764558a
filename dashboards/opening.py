"""Which deployment a page opens on when its address names none: where the reader last was, else the neediest.

An address that names one always wins and does not come here. Downloads and forms are never answered for a
deployment that nobody named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.alarm_case import read_alarms
from dashboards.published import Reader
from dashboards.records import Deployment
from dashboards.standing import deployment_statuses
from dashboards.theme import Status
from risk_register.alarm.grave_findings import list_findings
from risk_register.database.store import Store

UNKNOWN = (Status.INSUFFICIENT_DATA, Status.NO_APPETITE_SET)


@dataclass(frozen=True, order=True)
class Urgency:
    """What needs a person, compared in this order; unknown counts last, but more than nothing."""

    unseen: int
    calling: int
    breaches: int
    watches: int
    unknown: int


@dataclass(frozen=True)
class Opening:
    """A deployment, and why it is this one where the reader could not know."""

    deployment: Deployment
    reason: str


def choose_deployment(
    reader: Reader, store: Store, visible: Sequence[Deployment], *, last_seen: str | None
) -> Opening:
    """One of the deployments that an account may read, of which there is at least one."""
    last = next((one for one in visible if one.deployment_id == last_seen), None)
    if last is not None or len(visible) == 1:
        return Opening(last or visible[0], "")
    urgencies = {one.deployment_id: measure_urgency(reader, store, one.deployment_id) for one in visible}
    chosen = max(visible, key=lambda one: urgencies[one.deployment_id])
    return Opening(chosen, _say(urgencies[chosen.deployment_id], len(visible)))


def measure_urgency(reader: Reader, store: Store, deployment_id: str) -> Urgency:
    """How much of a deployment needs a person: as published, and as people have decided since."""
    unseen = len(list_findings(store, deployment_id, is_waiting=True))
    calling = sum(one.is_open and one.is_paging for one in read_alarms(reader, store, deployment_id))
    counts = Counter(deployment_statuses(reader.latest_weeks(deployment_id)).values())
    return Urgency(
        unseen=unseen,
        calling=calling,
        breaches=counts[Status.BREACH],
        watches=counts[Status.WATCH],
        unknown=sum(counts[status] for status in UNKNOWN),
    )


def _say(urgency: Urgency, count: int) -> str:
    return (
        f"Of your {count} deployments this one needs a person most. Grave findings that need eyes: "
        f"{urgency.unseen}; alarms calling: {urgency.calling}; indicators in breach: {urgency.breaches}, on "
        f"watch: {urgency.watches}, that cannot be judged: {urgency.unknown}. Next time you begin where you "
        "last were."
    )
