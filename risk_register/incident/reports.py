"""Reports of incidents to authorities as facts: which a person decided are due, and when they were made.

The clocks and the decisions are `clocks`; nothing is decided here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from risk_register.database.model import Incident
from risk_register.database.store import Store
from risk_register.database.tables.incident import IncidentReport


@dataclass(frozen=True)
class DueReport:
    """A report that a person decided is due: when somebody first knew, and when it was made, if it was."""

    incident_id: str
    regime_id: str
    aware_at: dt.datetime
    reported_at: dt.datetime | None


def list_due_reports(store: Store, deployment_id: str) -> tuple[DueReport, ...]:
    """The reports of a deployment that are due or were made, by incident and regime."""
    chosen = (
        select(
            Incident.incident_id,
            IncidentReport.regime_id,
            Incident.aware_at,
            IncidentReport.reported_at,
        )
        .join(IncidentReport, IncidentReport.incident_id == Incident.incident_id)
        .where(Incident.deployment_id == deployment_id, IncidentReport.is_reportable)
        .order_by(Incident.incident_id, IncidentReport.regime_id)
    )
    with store.read() as session:
        return tuple(DueReport(*row) for row in session.execute(chosen))
