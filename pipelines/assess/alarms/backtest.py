"""The back-test of a stream from the lake, for the command line; the page has its own from what is published.

Alarms of all streams are raised in every run, whether or not they call anybody: the history of a list is its
back-test, late records and all.
"""

from __future__ import annotations

import datetime as dt

from methods.alarms import alarm_threshold
from pipelines.assess.days.calendar import read_calendars
from pipelines.assess.level.appetite import list_unpassable
from pipelines.errors import StateError
from pipelines.lake.lake import Lake
from pipelines.schemas.assessment import ALARM
from pipelines.settings import Home
from risk_register.alarm.streams import MAXIMUM_PAGING, Question
from risk_register.database.store import Store
from risk_register.deployment.appetites import list_decisions


def read_back_test(home: Home, store: Store, deployment_id: str, stream_id: str) -> dict[str, object]:
    """What a stream raised on the history that the lake holds.

    Raises:
        StateError: there is no such stream or no history, or no appetite is approved.
    """
    question, _, indicator = stream_id.partition(":")
    lake = Lake(home.lake)
    calendar = read_calendars(lake).get(deployment_id)
    rows = lake.read(ALARM.full_name)
    if calendar is None or rows is None:
        raise StateError(f"{deployment_id} has no assessed history yet. Run the pipelines first.")
    definitions = lake.read("indicator.definition", columns=["indicator_id", "kind", "direction"])
    defined = [] if definitions is None else definitions.to_pylist()
    known = {row["indicator_id"]: row for row in defined}
    if question not in set(Question) or indicator not in known:
        raise StateError(f"There is no stream {stream_id}. Questions: level, missed, release.")
    if question != Question.RELEASE:
        decided = list_decisions(store, deployment_id)
        approved = [one for one in decided if one.indicator_id == indicator and one.is_approved]
        if not approved:
            raise StateError(f"No appetite of {indicator} is approved: a placeholder calls nobody.")
        if len(list_unpassable(approved, known)) == len(approved):
            raise StateError(f"No value can pass the approved limits of {indicator}: propose others first.")
    alarms = [
        row
        for row in rows.to_pylist()
        if (row["deployment_id"], row["stream_id"]) == (deployment_id, stream_id) and row["state"] != "watch"
    ]
    return {
        "first": calendar.first.isoformat(),
        "last": calendar.last.isoformat(),
        "alarm_count": len(alarms),
        "alarms": [
            {"opened_on": _say(row["opened_on"]), "closed_on": _say(row["closed_on"])} for row in alarms
        ],
        "threshold": alarms[0]["threshold"] if alarms else alarm_threshold(MAXIMUM_PAGING),
    }


def _say(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
