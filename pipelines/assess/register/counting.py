"""What the register and its incidents say of every deployment, as rows to be measured and judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from pipelines.assess.days.day import local_today
from pipelines.assess.level.observation import Background
from pipelines.assess.register.governance import count_governance
from pipelines.assess.register.incident_count import count_opened, measure_reporting
from pipelines.standing import latest_statuses, slice_statuses
from risk_register.database.store import Store
from risk_register.incident.incidents import list_incidents
from risk_register.incident.reports import list_due_reports
from risk_register.item.checklist import list_seen

REPORTED = "register:report_submission"


def count_register(
    store: Store,
    background: Background,
    observations: pa.Table,
    *,
    zones: Mapping[str, str],
    changes: pa.Table,
    at: dt.datetime,
) -> list[dict[str, Any]]:
    """Counts of checklist, risks and incidents; `observations` are those of the data, judged.

    Due days are judged by the deployment's day; `changes` are those of `assessment.change`.
    """
    rows: list[dict[str, Any]] = []
    rows_of_changes = changes.to_pylist()
    for name, calendar in background.calendars.items():
        rows += count_governance(
            store,
            name,
            on=calendar.last,
            as_of=local_today(at, zones.get(name, "UTC")),
            seen=list_seen(rows_of_changes, name),
            statuses=latest_statuses(observations, name),
            in_slices=slice_statuses(observations, name),
        )
        opened = [one.opened_at for one in list_incidents(store, name)]
        rows += count_opened(opened, name, calendar, zones.get(name, "UTC"))
    return rows


def measure_register(
    store: Store, background: Background, *, zones: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Measured rows of the register: how long reports to authorities took."""
    return [
        row
        for name, calendar in background.calendars.items()
        for row in measure_reporting(list_due_reports(store, name), name, calendar, zones.get(name, "UTC"))
    ]


def list_records(store: Store, deployment_id: str) -> frozenset[str]:
    """What there is in the register, as an indicator's definition names it."""
    made = any(one.reported_at is not None for one in list_due_reports(store, deployment_id))
    return frozenset({REPORTED}) if made else frozenset()
