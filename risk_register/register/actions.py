"""Actions about a risk: what somebody will do until a day.

Every change of an action is a change of its risk, in the history and with the version.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import select

from risk_register.database.model import columns_of
from risk_register.database.numbering import next_number
from risk_register.database.store import Store
from risk_register.database.tables.register import RiskAction
from risk_register.register.parts import change_part, find_part
from risk_register.register.record import append_change, check_words, find_row
from risk_register.steps import check_allowed


class ActionStatus(StrEnum):
    """Where an action stands."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


TRANSITIONS: MappingProxyType[ActionStatus, tuple[ActionStatus, ...]] = MappingProxyType(
    {
        ActionStatus.OPEN: (ActionStatus.DONE, ActionStatus.CANCELLED),
        ActionStatus.DONE: (ActionStatus.OPEN,),
        ActionStatus.CANCELLED: (ActionStatus.OPEN,),
    }
)


@dataclass(frozen=True)
class ActionRecord:
    """An action about a risk."""

    risk_id: str
    number: int
    title: str
    owner: str
    due_on: dt.date
    state: ActionStatus
    ended_on: dt.date | None

    def is_overdue(self, as_of: dt.date) -> bool:
        """Whether it should have been done before that day."""
        return self.state is ActionStatus.OPEN and self.due_on < as_of


def add_action(
    store: Store,
    *,
    deployment_id: str,
    risk_id: str,
    title: str,
    owner: str,
    due_on: dt.date,
    reason: str,
    actor: str,
    at: dt.datetime,
    expected_version: int | None = None,
) -> int:
    """Write down what somebody will do until a day. Returns its number."""
    check_words(title, f"An action about {risk_id}")
    check_words(owner, f"The owner of an action about {risk_id}")
    check_words(reason, f"An action about {risk_id}")
    with store.write(actor=actor, at=at) as write:
        row = find_row(write, deployment_id, risk_id, expected_version=expected_version)
        number = next_number(write.session, RiskAction.number, deployment_id=deployment_id, risk_id=risk_id)
        write.session.add(
            RiskAction(
                deployment_id=deployment_id,
                risk_id=risk_id,
                number=number,
                title=title.strip(),
                owner=owner.strip(),
                due_on=due_on,
                state=ActionStatus.OPEN.value,
            )
        )
        append_change(
            write,
            row,
            field="action",
            before=None,
            after=title.strip(),
            reason=reason,
            part=f"action {number}",
        )
        write.record("action_added", subject=risk_id, deployment_id=deployment_id, number=number)
        return number


def move_action(
    store: Store,
    *,
    deployment_id: str,
    risk_id: str,
    number: int,
    to_state: ActionStatus,
    reason: str,
    actor: str,
    at: dt.datetime,
    expected_version: int | None = None,
) -> None:
    """Say that an action is done, will not be done, or is owed again.

    Raises:
        NotAllowedError: it is there already.
        UnknownRecordError: the risk has no such action.
    """
    target = ActionStatus(to_state)
    with store.write(actor=actor, at=at) as write:
        risk = find_row(write, deployment_id, risk_id, expected_version=expected_version)
        row = find_part(write, RiskAction, risk, number)
        state = ActionStatus(row.state)
        check_allowed(f"Action {number} of {risk_id}", state, to_state=target, allowed=TRANSITIONS[state])
        ended = None if target is ActionStatus.OPEN else at.date()
        values = {"state": target.value, "ended_on": ended}
        change_part(write, risk, row, values, name=f"action {number}", reason=reason)
        write.record(
            "action_moved", subject=risk_id, deployment_id=deployment_id, number=number, after=target.value
        )


def list_actions(store: Store, deployment_id: str) -> tuple[ActionRecord, ...]:
    """The actions about a deployment's risks, by risk and number."""
    names = ActionRecord.__dataclass_fields__
    with store.read() as session:
        rows = session.scalars(
            select(RiskAction)
            .filter_by(deployment_id=deployment_id)
            .order_by(RiskAction.risk_id, RiskAction.number)
        )
        return tuple(
            ActionRecord(
                **{
                    **{name: value for name, value in columns_of(row).items() if name in names},
                    "state": ActionStatus(row.state),
                }
            )
            for row in rows
        )
