"""What the register says about a deployment, as counts: checklist and risks, as of now.

Read from the store, never written to it: the system proposes, a person disposes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from pipelines.assess.level.observation import snapshot
from risk_register.database.store import Store
from risk_register.item.checklist import VersionChange, contradicted_by, list_items
from risk_register.register.kris import find_worst
from risk_register.register.register import list_risks

BREACH = "breach"


def count_governance(
    store: Store,
    deployment_id: str,
    *,
    on: dt.date,
    as_of: dt.date,
    statuses: Mapping[str, str],
    in_slices: Mapping[tuple[str, str, str], str] = MappingProxyType({}),
    seen: Iterable[VersionChange] = (),
) -> list[dict[str, object]]:
    """Counts of the checklist and register indicators.

    Args:
        store: the governance store.
        deployment_id: the deployment.
        on: the last day with data; the counts are placed in its periods.
        as_of: today where the deployment is, by which things are overdue.
        statuses: latest status of every indicator, for contradictions.
        in_slices: the same by indicator, slice and value, for key risk indicators of a group.
        seen: the changes that the logs show.
    """
    listed = list_items(store, deployment_id, as_of=as_of, seen=seen)
    items = [item for item in listed if item.state != "not_applicable"]
    met = [item for item in items if item.claims_met]
    valid = [item for item in met if item.is_met_on(as_of)]
    contradicted = [item for item in met if contradicted_by(item, statuses)]
    risks = [risk for risk in list_risks(store, deployment_id) if risk.state != "closed"]
    overdue = [risk for risk in risks if risk.is_overdue(as_of)]
    known = dict(in_slices) | {(name, "all", "all"): status for name, status in statuses.items()}
    breached = [risk for risk in risks if find_worst(risk.kris, known) == BREACH]
    counts = {
        "checklist_completion": (len(valid), len(items)),
        "checklist_overdue": (sum(item.is_overdue for item in items), len(items)),
        "checklist_contradicted": (len(contradicted), len(met)),
        "register_overdue": (len(overdue), len(risks)),
        "register_in_breach": (len(breached), len(risks)),
    }
    rows: list[dict[str, object]] = []
    for indicator, (numerator, denominator) in counts.items():
        rows += snapshot(deployment_id, indicator, on=on, numerator=numerator, denominator=denominator)
    return rows
