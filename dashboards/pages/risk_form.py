"""What every form about a risk carries and how it is read back: the risk, the version that was seen, days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from risk_register.errors import NotAllowedError, RegisterError
from risk_register.register import RiskRecord


def name_seen(risk: RiskRecord) -> dict[str, str]:
    """What the sender saw, so that a change in between is not overwritten."""
    return {"risk": risk.risk_id, "version": str(risk.version)}


def read_version(fields: Mapping[str, str]) -> int:
    """The version of the risk that the sender saw."""
    return read_number(fields, "version")


def read_number(fields: Mapping[str, str], name: str) -> int:
    """A number that the form carries.

    Raises:
        RegisterError: it carries none.
    """
    text = fields.get(name, "")
    if not text.isdecimal():
        raise RegisterError(f"The form does not say which {name} of the risk it saw; open the risk again.")
    return int(text)


def read_day(fields: Mapping[str, str], name: str) -> date | None:
    """A day, or None where the field was left empty.

    Raises:
        NotAllowedError: it is not a day.
    """
    text = fields.get(name, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotAllowedError(f"{text!r} is not a day; write it as 2027-05-20.") from error
