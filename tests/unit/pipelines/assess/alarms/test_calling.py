"""An assessment tells people once for a cause, calls the engineer for bad data, and can be repeated."""

import datetime as dt

import pyarrow as pa

from pipelines.assess.alarms.calling import call_people
from pipelines.assess.alarms.concern import Concern
from pipelines.assess.alarms.raising import Raised, tell_people
from pipelines.schemas.assessment import CRITICAL_DAY
from risk_register.alarm.cases import list_cases, resolve
from risk_register.alarm.grave_findings import list_findings
from risk_register.alarm.states import CaseState, Resolution
from risk_register.database.store import Store
from risk_register.notice.kinds import Audience, NoticeKind, NoticeSeverity
from risk_register.notice.notices import list_notices
from risk_register.register.deployments import ensure_deployment

AT = dt.datetime(2026, 4, 1, 9, tzinfo=dt.UTC)
LAST = dt.date(2026, 3, 31)
DAY = dt.timedelta(days=1)
EMPTY = pa.table({})


def concern(name: str = "a", **more) -> Concern:
    given = {
        "alarm_id": name,
        "deployment_id": "harbor",
        "indicator_id": "harm_rate_per_1000",
        "kind": "appetite_exceeded",
        "opened_on": LAST - 5 * DAY,
        "state": "alarm",
        "note": "",
        "stream_id": f"level:{name}",
        "cause": "change:one",
        "is_paging": True,
    }
    return Concern(**(given | more))


def suspected_change() -> Concern:
    return concern(
        "u",
        kind="suspected_unannounced_change",
        stream_id="change:drift_index",
        state="watch",
        is_paging=False,
    )


def tell(store: Store, *concerns: Concern, critical=(), hours: int = 0) -> None:
    at = AT + dt.timedelta(hours=hours)
    call_people(store, "harbor", concerns, critical, figures={}, at=at)


def test_alarms_of_one_cause_are_one_page_also_when_a_member_joins_later(store):
    tell(store, concern("a"), concern("b"))
    tell(store, concern("a"), concern("b"), concern("c"), hours=1)
    tell(store, concern("a"), concern("b"), concern("c"), hours=2)
    (notice,) = list_notices(store)
    assert (notice.kind, notice.severity, notice.reference_id) == (
        NoticeKind.ALARM,
        NoticeSeverity.PAGE,
        "a",
    )
    assert {case.notice_id for case in list_cases(store, "harbor")} == {notice.notice_id}


def test_a_list_calls_nobody(store):
    tell(store, concern(is_paging=False, held_by="list"), concern("w", state="watch", is_paging=False))
    assert list_notices(store) == ()
    assert {case.state for case in list_cases(store, "harbor")} == {CaseState.ALARM, CaseState.WATCH}


def test_bad_data_hold_the_page_and_call_the_engineer_instead(store):
    held = {"is_paging": False, "held_by": "data", "cause": "data:harbor:2026-03-26"}
    tell(store, concern("a", **held), concern("b", **held))
    (notice,) = list_notices(store)
    assert (notice.kind, notice.audience, notice.severity) == (
        NoticeKind.DATA_FAULT,
        Audience.ENGINEERING,
        NoticeSeverity.PAGE,
    )


def test_a_watch_that_bad_data_hold_calls_no_engineer(store):
    tell(store, concern(state="watch", is_paging=False, held_by="data", cause="data:harbor:2026-03-26"))
    assert list_notices(store) == ()


def test_evidence_that_adds_up_again_is_told_and_wakes_nobody(store):
    tell(store, concern("a", is_paging=False, held_by="taken"))
    (notice,) = list_notices(store)
    assert notice.severity is NoticeSeverity.ATTENTION


def test_an_unannounced_change_is_told_once_and_wakes_nobody(store):
    change = suspected_change()
    tell(store, change)
    tell(store, change, hours=1)
    (notice,) = list_notices(store)
    assert (notice.kind, notice.severity) == (NoticeKind.UNANNOUNCED_CHANGE, NoticeSeverity.ATTENTION)


def test_an_alarm_that_late_records_moved_calls_nobody_again(store):
    tell(store, concern("a", stream_id="level:x", cause="day:1"))
    moved = concern("a2", stream_id="level:x", cause="day:2", opened_on=LAST - 3 * DAY)
    tell(store, moved, hours=1)
    assert len(list_notices(store)) == 1
    far = concern("a3", stream_id="level:x", cause="day:3", opened_on=LAST - 20 * DAY)
    tell(store, far, hours=2)
    assert len(list_notices(store)) == 2


def test_an_alarm_is_the_same_up_to_a_week_apart_and_calls_anew_beyond(store):
    tell(store, concern("a", stream_id="level:x", cause="day:1", opened_on=LAST - 20 * DAY))
    tell(store, concern("a2", stream_id="level:x", cause="day:2", opened_on=LAST - 13 * DAY), hours=1)
    assert len(list_notices(store)) == 1
    tell(store, concern("b", stream_id="level:y", cause="day:3", opened_on=LAST - 20 * DAY), hours=2)
    tell(store, concern("b2", stream_id="level:y", cause="day:4", opened_on=LAST - 12 * DAY), hours=3)
    assert len(list_notices(store)) == 3


def test_an_alarm_soon_after_one_that_was_resolved_calls_again(store):
    tell(store, concern("a", stream_id="level:x", cause="day:1"))
    resolve(
        store,
        deployment_id="harbor",
        alarm_id="a",
        resolution=Resolution.FALSE,
        reason="Looked.",
        actor="o",
        at=AT,
    )
    tell(store, concern("b", stream_id="level:x", cause="day:2", opened_on=LAST - 3 * DAY), hours=1)
    assert {one.reference_id for one in list_notices(store)} == {"a", "b"}


def test_a_suspected_change_does_not_swallow_the_page_of_an_alarm_of_its_cause(store):
    change = suspected_change()
    tell(store, change)
    tell(store, change, concern("a"), hours=1)
    assert {one.severity for one in list_notices(store)} == {NoticeSeverity.ATTENTION, NoticeSeverity.PAGE}


def test_what_is_no_stream_calls_no_engineer_for_bad_data(store):
    held = {"is_paging": False, "held_by": "data", "cause": "data:harbor:2026-03-26"}
    tell(store, concern("u", stream_id="change:drift_index", **held))
    assert list_notices(store) == ()


def grave(day: dt.date, message: str) -> dict:
    return {
        "day": day, "message_id": message, "what": "unanswered_risk",
        "signal_id": "u_suicidal_ideation", "detector_id": "lexicon",
    }  # fmt: skip


def test_a_grave_finding_calls_when_it_is_first_seen_however_old_the_talk_is(store):
    tell(store, critical=[grave(LAST, "new")])
    tell(store, critical=[grave(LAST, "new"), grave(LAST - 90 * DAY, "of a stuck export")], hours=1)
    assert [dict(one.figures) for one in list_notices(store)] == [{"finding_count": 1}] * 2
    assert [one.day for one in list_findings(store, "harbor")] == [LAST, LAST - 90 * DAY]


def test_a_history_that_comes_at_once_is_one_call_for_all_of_it(store):
    tell(store, critical=[grave(LAST - number * DAY, f"m{number}") for number in range(300)])
    (notice,) = list_notices(store)
    assert dict(notice.figures) == {"finding_count": 300}
    assert len(list_findings(store, "harbor")) == 300


def test_a_deployment_whose_notice_is_refused_is_named_and_keeps_the_others_from_nothing(store):
    ensure_deployment(store, deployment_id="atelier", title="Atelier", actor="assess", at=AT)
    refused = concern("a pseudonym 0123456789abcdef", deployment_id="atelier", stream_id="level:atelier")
    raised = Raised((refused, concern("b")), EMPTY, EMPTY, CRITICAL_DAY.arrow_schema.empty_table())
    (told,) = tell_people(store, raised, ("atelier", "harbor"), at=AT)
    assert told.startswith("atelier: nobody is called")
    assert "0123456789abcdef" not in told
    assert [one.deployment_id for one in list_notices(store)] == ["harbor"]
    assert list_cases(store, "atelier") == ()
