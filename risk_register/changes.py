"""Changes of model, prompt, policy and the like, announced by people or by CI.

Each is drawn on every chart and listed beside every alarm. Changes that show in the logs without having been
announced are found by the pipelines, not here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select

from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.model import DeclaredChange, Deployment, columns_of
from risk_register.store import Store


class Subject(StrEnum):
    """What changed."""

    MODEL = "model"
    PROMPT = "prompt"
    POLICY = "policy"
    DETECTOR = "detector"
    APPETITE = "appetite"
    ZONE = "zone"


@dataclass(frozen=True)
class ChangeRecord:
    """A declared change."""

    change_id: str
    deployment_id: str
    effective_on: dt.date
    what: Subject
    note: str
    is_planned: bool
    declared_by: str
    declared_at: dt.datetime


def declare(
    store: Store,
    *,
    deployment_id: str,
    effective_on: dt.date,
    what: Subject,
    note: str,
    is_planned: bool,
    actor: str,
    at: dt.datetime,
) -> str:
    """Announce a change, before or after it happened. Returns its id.

    Raises:
        NotAllowedError: the note is blank.
        UnknownRecordError: the register does not know the deployment.
    """
    subject = Subject(what)
    if not note.strip():
        raise NotAllowedError(f"A change of {subject.value} needs a note: from what to what.")
    with store.write(actor=actor, at=at) as write:
        if write.session.get(Deployment, deployment_id) is None:
            raise UnknownRecordError(f"The register does not know the deployment {deployment_id}.")
        known = write.session.scalar(select(func.count()).select_from(DeclaredChange)) or 0
        change_id = f"change_{known + 1:04d}"
        write.session.add(
            DeclaredChange(
                change_id=change_id,
                deployment_id=deployment_id,
                effective_on=effective_on,
                what=subject.value,
                note=note.strip(),
                is_planned=is_planned,
                declared_by=actor,
                declared_at=at,
            )
        )
        write.record(
            "change_declared",
            subject=change_id,
            deployment_id=deployment_id,
            what=subject.value,
            effective_on=effective_on.isoformat(),
            is_planned=is_planned,
        )
        return change_id


def list_changes(store: Store, deployment_id: str) -> tuple[ChangeRecord, ...]:
    """The declared changes of a deployment, by the day they take effect."""
    with store.read() as session:
        rows = session.scalars(
            select(DeclaredChange)
            .filter_by(deployment_id=deployment_id)
            .order_by(DeclaredChange.effective_on, DeclaredChange.change_id)
        )
        return tuple(ChangeRecord(**{**columns_of(row), "what": Subject(row.what)}) for row in rows)
