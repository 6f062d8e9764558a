"""The deployments that the register knows, each with its own copy of every risk and checklist item.

A new deployment begins with everything open; content of a later version joins it when it is next ensured.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from risk_register.content import check_references, load_checklist, load_risks
from risk_register.database.model import ChecklistState, Deployment, RiskState
from risk_register.database.store import Store
from risk_register.item.checklist import ItemStatus
from risk_register.register.controls import add_shipped_controls
from risk_register.register.transitions import RiskStatus

FIRST_REVIEW_DAYS = 30  # a deployment that joins has a month to look at every risk and answer every item


@dataclass(frozen=True)
class DeploymentRecord:
    """A deployment as the register knows it."""

    deployment_id: str
    title: str


def ensure_deployment(store: Store, *, deployment_id: str, title: str, actor: str, at: dt.datetime) -> None:
    """Make the register know a deployment: every risk in draft, every item unanswered. Safe to repeat.

    Raises:
        ContentError: the shipped content points at something that does not exist.
    """
    check_references()
    due_on = at.date() + dt.timedelta(days=FIRST_REVIEW_DAYS)
    with store.write(actor=actor, at=at) as write:
        session = write.session
        known = session.get(Deployment, deployment_id)
        if known is None:
            session.add(Deployment(deployment_id=deployment_id, title=title, created_at=at))
            session.flush()
        is_renamed = known is not None and known.title != title
        if known is not None and is_renamed:
            known.title = title
        has_risks = set(session.scalars(select(RiskState.risk_id).filter_by(deployment_id=deployment_id)))
        has_items = set(
            session.scalars(select(ChecklistState.item_id).filter_by(deployment_id=deployment_id))
        )
        risks = [risk.id for risk in load_risks() if risk.id not in has_risks]
        items = [item.id for item in load_checklist() if item.id not in has_items]
        for risk_id in risks:
            session.add(
                RiskState(
                    deployment_id=deployment_id,
                    risk_id=risk_id,
                    state=RiskStatus.DRAFT.value,
                    review_due_on=due_on,
                    version=1,
                )
            )
        session.flush()
        controls = add_shipped_controls(write, deployment_id)
        for item_id in items:
            session.add(
                ChecklistState(
                    deployment_id=deployment_id,
                    item_id=item_id,
                    state=ItemStatus.NOT_STARTED.value,
                    due_on=due_on,
                    version=1,
                )
            )
        if known is None or is_renamed or risks or items or controls:
            write.record(
                "deployment_registered",
                subject=deployment_id,
                deployment_id=deployment_id,
                title=title,
                risk_count=len(risks),
                item_count=len(items),
                control_count=controls,
            )


def list_deployments(store: Store) -> tuple[DeploymentRecord, ...]:
    """Every deployment that the register knows, by id."""
    with store.read() as session:
        rows = session.scalars(select(Deployment).order_by(Deployment.deployment_id))
        return tuple(DeploymentRecord(row.deployment_id, row.title) for row in rows)
