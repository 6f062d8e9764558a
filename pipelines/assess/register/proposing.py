"""What a run says to the register: ratings that the data speak for, and answers that they contradict.

Only proposals and tasks are made; a person decides. The rate is per conversation that a detector could read,
in the newest whole month, and its upper 95 % bound decides the class, never the rate itself. A lower class
needs two whole quarters besides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from methods.intervals import clopper_pearson
from pipelines.assess.register.likelihood import KINDS
from pipelines.standing import latest_statuses
from risk_register.content import load_risks
from risk_register.database.store import Store
from risk_register.item.checklist import list_items
from risk_register.item.tasks import open_tasks
from risk_register.register.proposals import Evidence, propose_rerating

EXPOSURE = "high_risk_prevalence"  # its denominator is every conversation that a detector could read
HAZARDS = frozenset({"harm", "escalation"})  # families whose numerators are hazardous situations
UNITS = frozenset({"conversation", "message"})
# Their numerators count events; that of a distribution counts the units of which a value is known.
EVENT_KINDS = frozenset({*KINDS, "count"})
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
    """What the newest whole month says of each risk's hazardous situations; nothing before there is one.

    With it come the bounds of the two newest whole quarters, for only they may speak for a lower class.
    """
    is_whole = pc.and_(pc.equal(observations["period"], "month"), pc.invert(observations["is_partial"]))
    rows = observations.filter(pc.and_(is_whole, pc.equal(observations["estimate"], "raw")))
    if rows.num_rows == 0:
        return []
    month = pc.max(rows["period_start"]).as_py()
    by_month: dict[dt.date, dict[Key, dict[str, Any]]] = {}
    for row in rows.to_pylist():
        key = (row["indicator_id"], row["slice"], row["slice_value"])
        by_month.setdefault(row["period_start"], {})[key] = row
    quarters = _list_quarters(month)
    found = []
    for risk in load_risks():
        for kri in risk.kris:
            key = (kri.indicator, kri.slice, kri.slice_value)
            counted = _count(by_month, [month], key) if _is_hazard(definitions.get(kri.indicator)) else None
            if counted is None:
                continue
            cases, count = counted
            bounds = clopper_pearson(cases, count)
            whole = (_count(by_month, months, key) for months in quarters)
            found.append(
                Evidence(
                    risk.id,
                    kri.indicator,
                    cases / count,
                    float(bounds.low),
                    float(bounds.high),
                    count,
                    f"conversations of {month:%B %Y}, {by_month[month][key]['detector_version']}",
                    kri.slice,
                    kri.slice_value,
                    tuple(float(clopper_pearson(*one).high) for one in whole if one is not None),
                )
            )
    return found


def _count(
    by_month: Mapping[dt.date, Mapping[Key, Mapping[str, Any]]], months: Iterable[dt.date], key: Key
) -> tuple[int, int] | None:
    """Cases and readable conversations of these months; None unless each of them is known."""
    cases = count = 0
    for month in months:
        known = by_month.get(month, {})
        seen, exposed = known.get(key), known.get((EXPOSURE, *key[1:]))
        if seen is None or exposed is None or seen["numerator"] is None or not exposed["denominator"]:
            return None
        count += int(exposed["denominator"])
        cases += min(int(seen["numerator"]), int(exposed["denominator"]))
    return cases, count


def _list_quarters(newest: dt.date) -> list[list[dt.date]]:
    """The months of the two newest quarters that have ended with `newest` or before, the older first."""
    ended = newest.year * 4 + newest.month // 3  # quarters since the year 0 that have ended with this month
    return [
        [dt.date(quarter // 4, quarter % 4 * 3 + month, 1) for month in (1, 2, 3)]
        for quarter in (ended - 2, ended - 1)
    ]


def _is_hazard(definition: Mapping[str, Any] | None) -> bool:
    return (
        definition is not None
        and definition["family"] in HAZARDS
        and definition["unit"] in UNITS
        and definition["kind"] in EVENT_KINDS
        and definition["direction"] == "lower_is_better"
    )
