"""What every form about a risk carries and how it is read back: the risk and the version that was seen."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.pages import submission
from risk_register.register.register import RiskRecord


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
    refusal = f"The form does not say which {name} of the risk it saw; open the risk again."
    return submission.read_number(fields, name, refusal=refusal)
