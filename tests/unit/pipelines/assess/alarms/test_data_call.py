"""Engineers are told when the watch has gone blind, once a fault, and of nothing that is history."""

import datetime as dt

import pytest

from pipelines.assess.alarms.data_call import call_engineers
from pipelines.assess.days.alert import DataAlert
from pipelines.assess.days.calendar import DAY, Calendar
from risk_register.database.store import Store
from risk_register.notice.kinds import Audience, NoticeKind, NoticeSeverity
from risk_register.notice.notices import list_notices
from tests.unit.pipelines.assess.alarms.test_calling import AT, LAST

CALENDAR = Calendar(frozenset(LAST - n * DAY for n in range(30)), frozenset())


def alert(kind: str = "silence", last_on: dt.date = LAST, **changes: object) -> DataAlert:
    given = {
        "alert_id": f"{kind}:harbor:{last_on}", "deployment_id": "harbor", "kind": kind,
        "opened_on": last_on, "last_on": last_on, "holds_pages": True, "note": "note", "next_step": "step",
    }  # fmt: skip
    return DataAlert(**(given | changes))  # type: ignore[arg-type]


def call(store: Store, *alerts: DataAlert, hours: int = 0, is_silent_from_the_start: bool = False) -> None:
    calendars = {} if is_silent_from_the_start else {"harbor": CALENDAR}
    call_engineers(store, alerts, calendars, at=AT + dt.timedelta(hours=hours))


def test_a_silence_is_told_once_to_whoever_runs_the_sources(store):
    for hours in (0, 1, 24):
        call(store, alert("silence", LAST + 2 * DAY), hours=hours)
    (notice,) = list_notices(store)
    assert (notice.kind, notice.severity, notice.audience) == (
        NoticeKind.DATA_FAULT, NoticeSeverity.ATTENTION, Audience.ENGINEERING,
    )  # fmt: skip
    assert notice.reference_id == f"silence:harbor:{LAST + 2 * DAY}"
    assert notice.link == "/data-health?deployment=harbor"


@pytest.mark.parametrize(
    "one",
    [
        alert(closed_on=LAST + DAY),
        alert("clock_skew", holds_pages=False),
        alert("held_day", LAST - 7 * DAY),
    ],
)
def test_what_is_over_hinders_nothing_or_is_history_is_told_to_nobody(store, one: DataAlert):
    call(store, one)
    assert list_notices(store) == ()


def test_a_day_of_the_last_week_that_is_held_is_told(store):
    call(store, alert("held_day", LAST - 6 * DAY))
    assert len(list_notices(store)) == 1


def test_a_deployment_that_never_had_data_is_told_of(store):
    call(store, alert("nothing_accepted", LAST - 90 * DAY), is_silent_from_the_start=True)
    assert len(list_notices(store)) == 1
