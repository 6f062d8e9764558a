"""As-of copies of the register for exports and reports; pages read the register itself, live."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.schemas import published
from pipelines.standing import latest_statuses, slice_statuses
from risk_register.database.store import Store
from risk_register.deployment.applicability import RegimeStanding, list_standings
from risk_register.incident.incidents import IncidentRecord, list_incidents
from risk_register.item.checklist import ItemRecord, contradicted_by, list_items, list_seen
from risk_register.register.kris import find_worst, name_kri
from risk_register.register.record import RiskRecord
from risk_register.register.register import list_risks


def copy_governance(
    store: Store, observations: pa.Table, *, changes: pa.Table, zones: Mapping[str, str], at: dt.datetime
) -> dict[str, pa.Table]:
    """Rows of `published.risk`, `.checklist_item`, `.regime` and `.incident`.

    What is due is judged by the day of the deployment, in its zone; `changes` are rows of `published.change`.
    """
    seen = changes.to_pylist()
    risks: list[dict[str, object]] = []
    items: list[dict[str, object]] = []
    regimes: list[dict[str, object]] = []
    incidents: list[dict[str, object]] = []
    latest = observations.filter(observations["is_latest"])
    for deployment in pc.unique(latest["deployment_id"]).to_pylist():
        statuses = latest_statuses(latest, deployment)
        in_slices = slice_statuses(observations, deployment)
        as_of = at.astimezone(ZoneInfo(zones.get(deployment, "UTC"))).date()
        risks += [_risk(record, as_of, in_slices) for record in list_risks(store, deployment)]
        listed = list_items(store, deployment, as_of=as_of, seen=list_seen(seen, deployment))
        items += [_item(record, statuses) for record in listed]
        regimes += [_regime(deployment, standing) for standing in list_standings(store, deployment)]
        incidents += [_incident(record) for record in list_incidents(store, deployment)]
    return {
        "risk": pa.Table.from_pylist(risks, schema=published.RISK.arrow_schema),
        "checklist_item": pa.Table.from_pylist(items, schema=published.CHECKLIST_ITEM.arrow_schema),
        "regime": pa.Table.from_pylist(regimes, schema=published.REGIME.arrow_schema),
        "incident": pa.Table.from_pylist(incidents, schema=published.INCIDENT.arrow_schema),
    }


def _risk(
    record: RiskRecord, as_of: dt.date, statuses: Mapping[tuple[str, str, str], str]
) -> dict[str, object]:
    residual = record.residual
    return {
        **{
            name: _plain(getattr(record, name))
            for name in ("deployment_id", "risk_id", "reference", "title", "statement", "state", "owner")
        },
        "inherent_severity": _plain(record.inherent.severity),
        "inherent_probability": _plain(record.inherent.probability),
        "residual_severity": _plain(residual.severity) if residual else None,
        "residual_probability": _plain(residual.probability) if residual else None,
        "acceptability": _plain(record.acceptability),
        "review_due_on": record.review_due_on,
        "is_overdue": record.is_overdue(as_of),
        "indicator_ids": ",".join(name_kri(kri) for kri in record.kris),
        "worst_status": find_worst(record.kris, statuses),
    }


def _item(record: ItemRecord, statuses: dict[str, str]) -> dict[str, object]:
    names = ("deployment_id", "item_id", "reference", "stage", "question", "state", "attested_by",
             "attested_on", "expires_on", "is_evidence_withdrawn", "is_overdue")  # fmt: skip
    contradicting = contradicted_by(record, statuses)
    return {name: _plain(getattr(record, name)) for name in names} | {
        "waived_until": record.waiver.until if record.waiver else None,
        "contradicted_by": ",".join(contradicting),
    }


def _regime(deployment_id: str, standing: RegimeStanding) -> dict[str, object]:
    names = ("title", "jurisdiction", "force", "confidence", "verified_on", "verify_again_by")
    decision = standing.decision
    return {name: _plain(getattr(standing.regime, name)) for name in names} | {
        "deployment_id": deployment_id,
        "regime_id": standing.regime.id,
        "is_applicable": decision.is_applicable if decision else None,
        "decided_by": decision.decided_by if decision else None,
        "decided_on": decision.decided_at.date() if decision else None,
    }


def _incident(record: IncidentRecord) -> dict[str, object]:
    names = ("incident_id", "deployment_id", "title", "severity", "state", "opened_at", "closed_at")
    return {name: _plain(getattr(record, name)) for name in names}


def _plain(value: object) -> object:
    return str(value) if isinstance(value, str) else value
