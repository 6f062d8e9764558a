"""What a run says to the register: ratings that the data speak for, and answers that they contradict.

Only proposals and tasks are made; a person decides. The rate is per conversation that a detector could read,
in the newest whole month, and its upper 95 % bound decides the class, never the rate itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from methods.intervals import clopper_pearson
from pipelines.assess.level.observation import latest_statuses
from risk_register.checklist import list_items
from risk_register.content import load_risks
from risk_register.item_tasks import open_tasks
from risk_register.proposals import Evidence, propose_rerating
from risk_register.store import Store

EXPOSURE = "high_risk_prevalence"  # its denominator is every conversation that a detector could read
HAZARDS = frozenset({"harm", "escalation"})  # families whose numerators are hazardous situations
UNITS = frozenset({"conversation", "message"})
Key = tuple[str, str, str]


def speak_to_register(
    store: Store,
    observations: pa.Table,
    definitions: Mapping[str, Mapping[str, Any]],
    *,
    deployment_ids: Iterable[str],
    actor: str,
    at: dt.datetime,
) -> None:
    """Propose re-ratings and open tasks for every deployment; what is open or was decided is not repeated."""
    for deployment_id in deployment_ids:
        mine = observations.filter(pc.equal(observations["deployment_id"], deployment_id))
        propose_rerating(
            store, deployment_id=deployment_id, evidence=find_evidence(mine, definitions), actor=actor, at=at
        )
        open_tasks(
            store,
            deployment_id=deployment_id,
            items=list_items(store, deployment_id, as_of=at.date()),
            statuses=latest_statuses(observations, deployment_id),
            actor=actor,
            at=at,
        )


def find_evidence(observations: pa.Table, definitions: Mapping[str, Mapping[str, Any]]) -> list[Evidence]:
    """What the newest whole month says of each risk's hazardous situations; nothing before there is one."""
    is_whole = pc.and_(pc.equal(observations["period"], "month"), pc.invert(observations["is_partial"]))
    rows = observations.filter(pc.and_(is_whole, pc.equal(observations["estimate"], "raw")))
    if rows.num_rows == 0:
        return []
    month = pc.max(rows["period_start"]).as_py()
    newest: dict[Key, dict[str, Any]] = {
        (row["indicator_id"], row["slice"], row["slice_value"]): row
        for row in rows.filter(pc.equal(rows["period_start"], month)).to_pylist()
    }
    found = []
    for risk in load_risks():
        for kri in risk.kris:
            seen = newest.get((kri.indicator, kri.slice, kri.slice_value))
            exposed = newest.get((EXPOSURE, kri.slice, kri.slice_value))
            if seen is None or exposed is None or not _is_hazard(definitions.get(kri.indicator)):
                continue
            count = int(exposed["denominator"] or 0)
            if seen["numerator"] is None or count == 0:
                continue
            cases = min(int(seen["numerator"]), count)
            upper = float(clopper_pearson(cases, count).high)
            source = f"conversations of {month:%B %Y}, {seen['detector_version']}"
            found.append(
                Evidence(
                    risk.id, kri.indicator, cases / count, upper, count, source, kri.slice, kri.slice_value
                )
            )
    return found


def _is_hazard(definition: Mapping[str, Any] | None) -> bool:
    return (
        definition is not None
        and definition["family"] in HAZARDS
        and definition["unit"] in UNITS
        and definition["direction"] == "lower_is_better"
    )
