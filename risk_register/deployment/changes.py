"""Changes of model, prompt, policy and the like, announced by people or by CI.

Each is drawn on every chart and listed beside every alarm. Changes that show in the logs without having been
announced are found by the pipelines, not here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from risk_register.database.model import DeclaredChange, Deployment, RiskState, columns_of
from risk_register.database.numbering import next_name
from risk_register.database.store import Store, Write
from risk_register.errors import NotAllowedError, UnknownRecordError


class Subject(StrEnum):
    """What changed."""

    MODEL = "model"
    PROMPT = "prompt"
    POLICY = "policy"
    DETECTOR = "detector"
    APPETITE = "appetite"
    ZONE = "zone"


class Door(StrEnum):
    """How a change was announced."""

    PAGE = "page"
    COMMAND_LINE = "command_line"
    TOKEN = "token"  # noqa: S105  the name of a door
    """A machine such as CI did it."""


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
    declared_through: Door = Door.COMMAND_LINE
    risk_ids: tuple[str, ...] = ()
    """The risks that it touches."""


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
    risk_ids: Iterable[str] = (),
    through: Door = Door.COMMAND_LINE,
) -> str:
    """Announce a change, before or after it happened, and the risks that it touches. Returns its id.

    Raises:
        NotAllowedError: the note is blank.
        UnknownRecordError: the register does not know the deployment or a risk.
    """
    with store.write(actor=actor, at=at) as write:
        return declare_within(
            write,
            deployment_id=deployment_id,
            effective_on=effective_on,
            what=what,
            note=note,
            is_planned=is_planned,
            through=through,
            risk_ids=risk_ids,
        )


def declare_within(
    write: Write,
    *,
    deployment_id: str,
    effective_on: dt.date,
    what: Subject,
    note: str,
    is_planned: bool,
    through: Door = Door.COMMAND_LINE,
    risk_ids: Iterable[str] = (),
) -> str:
    """`declare` as part of a write that does more, so that both happen or neither."""
    touched = sorted(set(risk_ids))
    subject = Subject(what)
    if not note.strip():
        raise NotAllowedError(f"A change of {subject.value} needs a note: from what to what.")
    if write.session.get(Deployment, deployment_id) is None:
        raise UnknownRecordError(f"The register does not know the deployment {deployment_id}.")
    for risk_id in touched:
        if write.session.get(RiskState, (deployment_id, risk_id)) is None:
            raise UnknownRecordError(f"The register of {deployment_id} has no risk {risk_id}.")
    change_id = next_name(write.session, DeclaredChange, "change", deployment_id=deployment_id)
    write.session.add(
        DeclaredChange(
            change_id=change_id,
            deployment_id=deployment_id,
            effective_on=effective_on,
            what=subject.value,
            note=note.strip(),
            is_planned=is_planned,
            declared_by=write.actor,
            declared_at=write.at,
            declared_through=Door(through).value,
            risk_ids=" ".join(touched),
        )
    )
    write.record(
        "change_declared",
        subject=change_id,
        deployment_id=deployment_id,
        what=subject.value,
        effective_on=effective_on.isoformat(),
        is_planned=is_planned,
        risks=touched,
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
        return tuple(
            ChangeRecord(
                **{
                    **columns_of(row),
                    "what": Subject(row.what),
                    "declared_through": Door(row.declared_through),
                    "risk_ids": tuple(row.risk_ids.split()),
                }
            )
            for row in rows
        )
