"""Controls of a risk: what is done against it, who answers for it, and what a test has shown.

Every change of a control is a change of its risk, in the history and with the version.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from risk_register.content import load_risks
from risk_register.database.model import columns_of
from risk_register.database.numbering import next_number
from risk_register.database.store import Store, Write
from risk_register.database.tables.register import RiskControl
from risk_register.errors import NotAllowedError
from risk_register.register.parts import change_part, find_part
from risk_register.register.record import append_change, check_words, find_row

TEST_AGAIN_DAYS = 365  # a control that was tested longer ago is not known to work


class ControlKind(StrEnum):
    """How a control works, in the order in which ISO 14971 prefers them."""

    INHERENT_SAFETY = "inherent_safety"
    """The product cannot do it."""
    PROTECTIVE = "protective"
    """Something stands between it and the person."""
    INFORMATION = "information"
    """People are told."""


class Effectiveness(StrEnum):
    """What a test has shown of a control."""

    NOT_TESTED = "not_tested"
    EFFECTIVE = "effective"
    PARTLY_EFFECTIVE = "partly_effective"
    INEFFECTIVE = "ineffective"


@dataclass(frozen=True)
class ControlRecord:
    """A control of a risk."""

    risk_id: str
    number: int
    title: str
    kind: ControlKind
    owner: str | None
    tested_on: dt.date | None
    test_due_on: dt.date | None
    effectiveness: Effectiveness
    is_retired: bool

    def is_overdue(self, as_of: dt.date) -> bool:
        """Whether it should have been tested before that day."""
        return not self.is_retired and self.test_due_on is not None and self.test_due_on < as_of


def add_control(
    store: Store,
    *,
    deployment_id: str,
    risk_id: str,
    title: str,
    kind: ControlKind,
    owner: str,
    reason: str,
    actor: str,
    at: dt.datetime,
    expected_version: int | None = None,
) -> int:
    """Write a control down; nothing is known of its effect yet. Returns its number."""
    check_words(title, f"A control of {risk_id}")
    check_words(owner, f"The owner of a control of {risk_id}")
    check_words(reason, f"A control of {risk_id}")
    with store.write(actor=actor, at=at) as write:
        row = find_row(write, deployment_id, risk_id, expected_version=expected_version)
        number = next_number(write.session, RiskControl.number, deployment_id=deployment_id, risk_id=risk_id)
        write.session.add(
            RiskControl(
                deployment_id=deployment_id,
                risk_id=risk_id,
                number=number,
                title=title.strip(),
                kind=ControlKind(kind).value,
                owner=owner.strip(),
                test_due_on=at.date() + dt.timedelta(days=TEST_AGAIN_DAYS),
                effectiveness=Effectiveness.NOT_TESTED.value,
                is_retired=False,
            )
        )
        append_change(
            write,
            row,
            field="control",
            before=None,
            after=title.strip(),
            reason=reason,
            part=f"control {number}",
        )
        write.record("control_added", subject=risk_id, deployment_id=deployment_id, number=number)
        return number


def record_test(
    store: Store,
    *,
    deployment_id: str,
    risk_id: str,
    number: int,
    effectiveness: Effectiveness,
    tested_on: dt.date,
    reason: str,
    actor: str,
    at: dt.datetime,
    test_due_on: dt.date | None = None,
    owner: str | None = None,
    expected_version: int | None = None,
) -> None:
    """Say what a test has shown of a control, and when it is tested again.

    Raises:
        NotAllowedError: the day lies in the future, the next test is not after it, or nothing was tested.
        UnknownRecordError: the risk has no such control.
    """
    verdict = Effectiveness(effectiveness)
    again = test_due_on or tested_on + dt.timedelta(days=TEST_AGAIN_DAYS)
    if verdict is Effectiveness.NOT_TESTED or tested_on > at.date() or again <= tested_on:
        raise NotAllowedError(
            f"A test has a result and a day up to {at.date()}, and the next one comes after it."
        )
    values = {"effectiveness": verdict.value, "tested_on": tested_on, "test_due_on": again}
    if owner is not None and owner.strip():
        values["owner"] = owner.strip()
    with store.write(actor=actor, at=at) as write:
        risk = find_row(write, deployment_id, risk_id, expected_version=expected_version)
        row = find_part(write, RiskControl, risk, number)
        change_part(write, risk, row, values, name=f"control {number}", reason=reason)
        write.record(
            "control_tested",
            subject=risk_id,
            deployment_id=deployment_id,
            number=number,
            effectiveness=verdict.value,
        )


def retire_control(
    store: Store,
    *,
    deployment_id: str,
    risk_id: str,
    number: int,
    reason: str,
    actor: str,
    at: dt.datetime,
    expected_version: int | None = None,
) -> None:
    """Say that a control is no longer in place; it stays in the history.

    Raises:
        UnknownRecordError: the risk has no such control.
    """
    with store.write(actor=actor, at=at) as write:
        risk = find_row(write, deployment_id, risk_id, expected_version=expected_version)
        row = find_part(write, RiskControl, risk, number)
        if row.is_retired:
            raise NotAllowedError(f"Control {number} of {risk_id} is retired already.")
        change_part(write, risk, row, {"is_retired": True}, name=f"control {number}", reason=reason)
        write.record("control_retired", subject=risk_id, deployment_id=deployment_id, number=number)


def list_controls(store: Store, deployment_id: str) -> tuple[ControlRecord, ...]:
    """The controls of a deployment's risks, by risk and number."""
    names = ControlRecord.__dataclass_fields__
    with store.read() as session:
        rows = session.scalars(
            select(RiskControl)
            .filter_by(deployment_id=deployment_id)
            .order_by(RiskControl.risk_id, RiskControl.number)
        )
        return tuple(
            ControlRecord(
                **{
                    **{name: value for name, value in columns_of(row).items() if name in names},
                    "kind": ControlKind(row.kind),
                    "effectiveness": Effectiveness(row.effectiveness),
                }
            )
            for row in rows
        )


def add_shipped_controls(write: Write, deployment_id: str) -> int:
    """Give a deployment the controls that ship with its risks, each untested; returns how many were new."""
    rows = write.session.scalars(select(RiskControl).filter_by(deployment_id=deployment_id))
    known = {(row.risk_id, row.title) for row in rows}
    count = 0
    for risk in load_risks():
        for title in risk.controls:
            if (risk.id, title) in known:
                continue
            write.session.add(
                RiskControl(
                    deployment_id=deployment_id,
                    risk_id=risk.id,
                    number=next_number(
                        write.session, RiskControl.number, deployment_id=deployment_id, risk_id=risk.id
                    ),
                    title=title,
                    kind=ControlKind.PROTECTIVE.value,
                    effectiveness=Effectiveness.NOT_TESTED.value,
                    is_retired=False,
                )
            )
            write.session.flush()
            count += 1
    return count
