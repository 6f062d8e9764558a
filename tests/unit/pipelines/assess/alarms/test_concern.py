"""Concerns of one story share a cause; bad data hold a call back."""

import datetime as dt

import pyarrow as pa
import pytest

from pipelines.assess.alarms.concern import Concern, find_fault, place_concerns, tabulate_concerns
from pipelines.assess.alarms.raising import find_faults
from pipelines.assess.days.data_alert import DataAlert
from pipelines.schemas.assessment import CHANGE
from risk_register.alarm.cases import CaseRecord
from risk_register.alarm.states import CaseState, Resolution

MONDAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)


def concern(name: str, day: int, **more) -> Concern:
    given = {
        "alarm_id": name,
        "deployment_id": "harbor",
        "indicator_id": "refusal_rate",
        "kind": "appetite_exceeded",
        "opened_on": MONDAY + day * DAY,
        "state": "alarm",
        "note": "Refusals.",
    }
    return Concern(**(given | more))


def changes(*days: int, deployment_id: str = "harbor") -> pa.Table:
    rows = [
        {
            "change_id": f"change_{day}",
            "deployment_id": deployment_id,
            "effective_on": MONDAY + day * DAY,
            "what": "model",
            "note": "",
            "origin": "declared",
            "is_planned": True,
            "declared_by": "engineer",
        }
        for day in days
    ]
    return pa.Table.from_pylist(rows, schema=CHANGE.arrow_schema)


def place(make, *concerns: Concern, known: pa.Table | None = None, **calendar) -> dict[str, dict]:
    placed = place_concerns(
        concerns, changes() if known is None else known, {"harbor": make.calendar(MONDAY, 90, **calendar)}
    )
    return {row["alarm_id"]: row for row in tabulate_concerns(placed).to_pylist()}


def test_alarms_of_one_day_have_one_cause_and_of_two_days_two(make):
    rows = place(make, concern("a", 30), concern("b", 30), concern("c", 31))
    assert rows["a"]["cause"] == rows["b"]["cause"] == "day:harbor:2026-04-01"
    assert rows["c"]["cause"] != rows["a"]["cause"]


@pytest.mark.parametrize(
    ("opened", "cause"),
    [
        (19, "day:harbor:2026-03-21"),
        (20, "change:change_20"),
        (34, "change:change_20"),
        (35, "day:harbor:2026-04-06"),
    ],
)
def test_an_alarm_in_the_two_weeks_after_a_change_is_told_with_it(make, opened, cause):
    assert place(make, concern("a", opened), known=changes(20))["a"]["cause"] == cause


def test_of_two_changes_the_newer_one_is_the_cause(make):
    assert place(make, concern("a", 30), known=changes(20, 28))["a"]["cause"] == "change:change_28"


def test_the_change_of_another_deployment_is_no_cause(make):
    other = changes(20, deployment_id="atelier")
    assert place(make, concern("a", 21), known=other)["a"]["cause"].startswith("day:")


def test_a_suspected_change_is_the_cause_of_what_follows_it(make):
    suspicion = concern("unannounced:harbor:x", 20, kind="suspected_unannounced_change", state="watch")
    rows = place(make, suspicion, concern("a", 22))
    assert rows["a"]["cause"] == rows["unannounced:harbor:x"]["cause"] == "change:unannounced:harbor:x"


def test_a_held_day_nearby_holds_the_call_and_says_so(make):
    near = place(make, concern("a", 30), held=(23,))["a"]
    far = place(make, concern("a", 30), held=(22,))["a"]
    assert (near["held_by"], near["cause"]) == ("data", "data:harbor:2026-03-25")
    assert near["note"].startswith("Held back: data of 2026-03-25")
    assert (far["held_by"], far["note"]) == ("", "Refusals.")


def test_an_implausible_day_holds_the_call_as_a_held_one_does(make):
    calendar, day = make.calendar(MONDAY, 90), MONDAY + 26 * DAY
    faults = {"harbor": frozenset({day})}
    (held,) = place_concerns([concern("a", 30)], changes(), {"harbor": calendar}, faults=faults)
    (free,) = place_concerns([concern("a", 34)], changes(), {"harbor": calendar}, faults=faults)
    assert (held.held_by, held.cause) == ("data", f"data:harbor:{day}")
    assert free.held_by == ""


def test_only_faults_that_may_be_what_an_alarm_sees_hold_it():
    given = {"alert_id": "x", "deployment_id": "harbor", "kind": "volume", "note": "", "next_step": ""}
    span = {"opened_on": MONDAY, "last_on": MONDAY + 2 * DAY}
    alerts = [DataAlert(**given, **span, holds_pages=True), DataAlert(**given, **span, holds_pages=False)]
    assert find_faults(alerts[:1]) == {"harbor": frozenset({MONDAY, MONDAY + DAY, MONDAY + 2 * DAY})}
    assert find_faults(alerts[1:]) == {}


def test_a_fault_of_the_data_never_holds_a_grave_finding(make):
    row = place(make, concern("a", 30, kind="critical_finding"), held=(30,))["a"]
    assert row["held_by"] == ""


def case(name: str, day: int, state: CaseState, **more) -> CaseRecord:
    given = {
        "alarm_id": name,
        "deployment_id": "harbor",
        "stream_id": "level:refusal_rate",
        "kind": "appetite_exceeded",
        "cause": f"day:harbor:{MONDAY + day * DAY}",
        "opened_on": MONDAY + day * DAY,
        "closed_on": None,
        "judged_through": None,
        "state": state,
        "resolution": None,
        "first_seen_at": dt.datetime(2026, 4, 1, tzinfo=dt.UTC),
        "notice_id": 1,
    }
    return CaseRecord(**(given | more))


def test_what_a_person_decided_stands_whatever_the_data_say(make):
    raised = [concern("a", 30), concern("b", 30, state="resolved"), concern("c", 30, state="resolved")]
    cases = [
        case("a", 30, CaseState.RESOLVED, resolution=Resolution.FALSE),
        case("b", 30, CaseState.ACKNOWLEDGED),
    ]
    placed = {
        one.alarm_id: (one.state, one.resolution)
        for one in place_concerns(raised, changes(), {"harbor": make.calendar(MONDAY, 90)}, cases)
    }
    assert placed == {"a": ("resolved", "false"), "b": ("acknowledged", None), "c": ("resolved", "passed")}


def test_evidence_that_adds_up_again_belongs_to_the_alarm_that_somebody_has(make):
    again = concern("later", 40, stream_id="level:refusal_rate")
    other = concern("other", 40, stream_id="level:harm_rate_per_1000")
    taken = [case("earlier", 30, CaseState.ACKNOWLEDGED)]
    placed = place_concerns([again, other], changes(), {"harbor": make.calendar(MONDAY, 90)}, taken)
    assert [(one.alarm_id, one.cause, one.held_by) for one in placed] == [
        ("later", taken[0].cause, "taken"),
        ("other", f"day:harbor:{MONDAY + 40 * DAY}", ""),
    ]
    resolved = [case("earlier", 30, CaseState.RESOLVED, resolution=Resolution.TRUE)]
    (free,) = place_concerns([again], changes(), {"harbor": make.calendar(MONDAY, 90)}, resolved)
    assert free.held_by == ""


def test_two_days_without_data_are_a_fault_and_one_is_not(make):
    day = MONDAY + 30 * DAY
    assert find_fault(make.calendar(MONDAY, 90, without=(28,)), day) is None
    assert find_fault(make.calendar(MONDAY, 90, without=(27, 28)), day) == MONDAY + 29 * DAY


def test_the_days_before_the_first_are_no_gap(make):
    assert find_fault(make.calendar(MONDAY, 90), MONDAY + DAY) is None
