"""What controls, actions and comments of a risk share: numbers from 1, and changes with a history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TypeVar

from risk_register.database.model import RiskState
from risk_register.database.store import Write
from risk_register.database.tables.register import RiskAction, RiskControl
from risk_register.errors import UnknownRecordError
from risk_register.register.record import append_change, check_words

Part = TypeVar("Part", RiskControl, RiskAction)


def find_part(write: Write, table: type[Part], risk: RiskState, number: int) -> Part:
    """A control or an action of a risk, to be changed.

    Raises:
        UnknownRecordError: the risk has none of that number.
    """
    row = write.session.get(table, (risk.deployment_id, risk.risk_id, number))
    if row is None:
        word = table.__tablename__.removeprefix("risk_")
        raise UnknownRecordError(f"{risk.risk_id} has no {word} {number}.")
    return row


def change_part(
    write: Write, risk: RiskState, row: Part, values: Mapping[str, object], *, name: str, reason: str
) -> None:
    """Set fields of a part, each that differs as a change of the risk.

    Raises:
        NotAllowedError: the reason is blank.
    """
    check_words(reason, f"Changing {name} of {risk.risk_id}")
    for field, value in values.items():
        before = getattr(row, field)
        if before == value:
            continue
        setattr(row, field, value)
        append_change(
            write, risk, field=field, before=_say(before), after=_say(value), reason=reason, part=name
        )


def _say(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return value.isoformat() if isinstance(value, dt.date) else str(value).lower()
