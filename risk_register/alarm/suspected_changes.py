"""A change that nobody announced, confirmed by a person: it becomes a change, and the alarm true.

Both happen in one step; from then on the change is drawn on every chart and new questions are asked of it.
"""

from __future__ import annotations

import datetime as dt

from risk_register.alarm.cases import find_case, resolve_within
from risk_register.alarm.states import Resolution
from risk_register.database.store import Store
from risk_register.deployment.changes import Subject, declare_within
from risk_register.errors import NotAllowedError

KIND = "suspected_unannounced_change"


def confirm_change(
    store: Store,
    *,
    deployment_id: str,
    alarm_id: str,
    what: Subject,
    effective_on: dt.date,
    note: str,
    actor: str,
    at: dt.datetime,
) -> str:
    """Say what changed and when; returns the id of the change.

    Raises:
        UnknownRecordError: the deployment has no such alarm.
        NotAllowedError: the alarm is of another kind or resolved, or the note is blank.
    """
    with store.write(actor=actor, at=at) as write:
        if find_case(write, deployment_id, alarm_id).kind != KIND:
            raise NotAllowedError(f"{alarm_id} is no suspected change; resolve it instead.")
        change_id = declare_within(
            write,
            deployment_id=deployment_id,
            effective_on=effective_on,
            what=what,
            note=note,
            is_planned=False,
        )
        resolve_within(
            write,
            deployment_id=deployment_id,
            alarm_id=alarm_id,
            resolution=Resolution.TRUE,
            reason=f"Confirmed as {change_id}: {note.strip()}",
        )
        return change_id
