"""Where charts begin anew: read from the register, and from the changes that the logs show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pyarrow as pa

from pipelines.assess.days.calendar import Calendar
from pipelines.assess.history.variation import Phases
from risk_register.database.store import Store
from risk_register.deployment.baselines import list_baselines


def find_phases(store: Store, changes: pa.Table, calendars: Mapping[str, Calendar]) -> dict[str, Phases]:
    """Where charts begin anew by decision, and the days on which the detectors of a deployment changed."""
    breaks: dict[str, list[dt.date]] = {}
    for row in changes.to_pylist():
        calendar = calendars.get(row["deployment_id"])
        # What the first day shows is the beginning, and no change.
        if row["what"] == "detector" and calendar is not None and row["effective_on"] > calendar.first:
            breaks.setdefault(row["deployment_id"], []).append(row["effective_on"])
    phases = {}
    for name in calendars:
        decided: dict[str, list[dt.date]] = {}
        for one in list_baselines(store, name):
            decided.setdefault(one.indicator_id, []).append(one.starts_on)
        phases[name] = Phases(tuple(sorted(breaks.get(name, ()))), decided)
    return phases
