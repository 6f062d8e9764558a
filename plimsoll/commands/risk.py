"""A risk as the commands name it, by id or reference, and how a rating is told."""

from __future__ import annotations

from typing import Annotated

import typer

from risk_register.database.store import Store
from risk_register.errors import UnknownRecordError
from risk_register.register import register
from risk_register.register.register import RiskRecord

RiskArgument = Annotated[str, typer.Argument(help="Id or reference of the risk, such as R-02.")]


def find_risk(store: Store, deployment_id: str, name: str) -> RiskRecord:
    """The risk of a deployment that a name means.

    Raises:
        UnknownRecordError: it has none of that name.
    """
    for risk in register.list_risks(store, deployment_id):
        if name in (risk.risk_id, risk.reference):
            return risk
    raise UnknownRecordError(f"The register of {deployment_id} has no risk {name}.")


def say_rating(risk: RiskRecord, holds: bool) -> str:
    """Whether a rating holds."""
    return f"{risk.reference}: " + ("rated." if holds else "lower than before, waits for a second person.")
