"""Decisions that a chart begins anew: from which day, why, and who says so.

A chart that moved its limits by itself would swallow the harm it is there to show. Nothing but such a
decision gives a new baseline, not even a changed detector; drawing limits is not known here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from risk_register.database.model import Deployment, columns_of
from risk_register.database.numbering import next_name
from risk_register.database.store import Store
from risk_register.database.tables.alarm import BaselineDecision
from risk_register.errors import NotAllowedError, UnknownRecordError

ALL_INDICATORS = ""
"""A baseline of every indicator of a deployment, as after a change of the detectors."""


@dataclass(frozen=True)
class BaselineRecord:
    """A decision as it stands; `indicator_id` is empty for all indicators."""

    baseline_id: str
    deployment_id: str
    indicator_id: str
    starts_on: dt.date
    reason: str
    decided_by: str
    decided_at: dt.datetime


def decide_baseline(
    store: Store,
    *,
    deployment_id: str,
    indicator_id: str = ALL_INDICATORS,
    starts_on: dt.date,
    reason: str,
    actor: str,
    at: dt.datetime,
) -> str:
    """Let a chart begin anew. Returns the decision's id.

    Raises:
        NotAllowedError: the reason is blank, the day lies in the future, or it is decided already.
        UnknownRecordError: the register does not know the deployment.
    """
    if not reason.strip():
        raise NotAllowedError(
            "A new baseline needs a reason: what makes what came before no measure any more."
        )
    if starts_on > at.date():
        raise NotAllowedError(f"A baseline begins on a day that has been; {starts_on} is still to come.")
    with store.write(actor=actor, at=at) as write:
        if write.session.get(Deployment, deployment_id) is None:
            raise UnknownRecordError(f"The register does not know the deployment {deployment_id}.")
        same = select(BaselineDecision.baseline_id).filter_by(
            deployment_id=deployment_id, indicator_id=indicator_id, starts_on=starts_on
        )
        if (known := write.session.scalar(same)) is not None:
            raise NotAllowedError(f"The chart begins anew on {starts_on} already, by {known}.")
        baseline_id = next_name(write.session, BaselineDecision, "baseline", deployment_id=deployment_id)
        write.session.add(
            BaselineDecision(
                baseline_id=baseline_id,
                deployment_id=deployment_id,
                indicator_id=indicator_id,
                starts_on=starts_on,
                reason=reason.strip(),
                decided_by=actor,
                decided_at=at,
            )
        )
        write.record(
            "baseline_decided",
            subject=baseline_id,
            deployment_id=deployment_id,
            indicator_id=indicator_id,
            starts_on=starts_on.isoformat(),
            reason=reason.strip(),
        )
        return baseline_id


def list_baselines(store: Store, deployment_id: str) -> tuple[BaselineRecord, ...]:
    """The decisions of a deployment, oldest start first."""
    with store.read() as session:
        rows = session.scalars(
            select(BaselineDecision)
            .filter_by(deployment_id=deployment_id)
            .order_by(BaselineDecision.starts_on, BaselineDecision.baseline_id)
        )
        return tuple(BaselineRecord(**columns_of(row)) for row in rows)
