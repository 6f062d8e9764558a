"""An incident is opened by anyone, judged, closed by a second person, and can be opened again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.errors import (
    ChangedMeanwhileError,
    NotAllowedError,
    SelfApprovalError,
    UnknownRecordError,
)
from risk_register.incident import clocks as incident_clocks
from risk_register.incident import closing as incident_closing
from risk_register.incident import incidents
from risk_register.incident import work as incident_work
from risk_register.incident.incidents import IncidentRecord
from risk_register.incident.states import IncidentStatus, Origin
from risk_register.notice import notices
from risk_register.notice.kinds import NoticeKind, NoticeSeverity


def open_one(store: Store, at: dt.datetime, **fields: Any) -> str:
    given = {"deployment_id": "demo", "title": "Wrong crisis line named", "severity": "S4", **fields}
    return incidents.open_incident(store, actor="reviewer", at=at, **given)


def close(
    store: Store, at: dt.datetime, actor: str = "safety_officer", conclusion: str = "List updated."
) -> None:
    incident_closing.close_incident(
        store, incident_id="demo_incident_0001", conclusion=conclusion, actor=actor, at=at
    )


def judge(store: Store, at: dt.datetime, actor: str = "compliance", **fields: Any) -> None:
    given = {"severity": "S4", "nature": "not_serious", "causality": "possible", "cause": "An old list.",
             "affected_count": 3, **fields}  # fmt: skip
    incidents.assess_incident(store, incident_id="demo_incident_0001", actor=actor, at=at, **given)


def find(store: Store) -> IncidentRecord:
    return incidents.list_incidents(store, "demo")[0]


def test_an_incident_begins_open_with_the_moment_of_awareness(store: Store, at: dt.datetime) -> None:
    earlier = at - dt.timedelta(hours=5)
    assert open_one(store, at, aware_at=earlier, risk_id="wrong_facts_or_resources") == "demo_incident_0001"
    incident = find(store)
    assert (incident.state, incident.severity, incident.opened_by) == (IncidentStatus.OPEN, "S4", "reviewer")
    assert (incident.aware_at, incident.opened_at) == (earlier, at)


def test_a_moment_that_is_still_to_come_is_refused_in_words(store: Store, at: dt.datetime) -> None:
    words = "known at 23 Nov 2026, 09:01 UTC: that is still to come, it is 23 Nov 2026, 09:00 UTC"
    with pytest.raises(NotAllowedError, match=words):
        open_one(store, at, aware_at=at + dt.timedelta(minutes=1))
    open_one(store, at, aware_at=at)


def test_without_a_moment_awareness_is_the_opening(store: Store, at: dt.datetime) -> None:
    open_one(store, at)
    assert find(store).aware_at == at


def test_somebody_may_have_known_for_three_years_and_not_since_another_age(
    store: Store, at: dt.datetime
) -> None:
    longest = at - dt.timedelta(days=3 * 365)
    for moment in (longest - dt.timedelta(seconds=1), dt.datetime(1990, 1, 1, tzinfo=dt.UTC)):
        with pytest.raises(NotAllowedError, match="more than three years ago: look at the year"):
            open_one(store, at, aware_at=moment)
    assert incidents.list_incidents(store, "demo") == ()
    open_one(store, at, aware_at=longest)
    assert find(store).aware_at == longest


def test_the_newest_incident_comes_first(store: Store, at: dt.datetime) -> None:
    open_one(store, at)
    open_one(store, at + dt.timedelta(hours=1))
    assert [found.incident_id for found in incidents.list_incidents(store, "demo")] == [
        "demo_incident_0002",
        "demo_incident_0001",
    ]
    assert incidents.list_incidents(store, "other") == ()


def test_the_person_who_opened_it_cannot_close_it(store: Store, at: dt.datetime) -> None:
    open_one(store, at)
    judge(store, at)
    with pytest.raises(SelfApprovalError):
        close(store, at, actor="reviewer")
    assert find(store).state is IncidentStatus.OPEN
    close(store, at)
    assert (find(store).state, find(store).closed_by, find(store).closed_at) == (
        "closed",
        "safety_officer",
        at,
    )


def test_whoever_judged_it_last_cannot_close_it_but_may_be_relieved(store: Store, at: dt.datetime) -> None:
    open_one(store, at)
    judge(store, at, actor="safety_officer")
    hindrance = incident_closing.find_hindrance(store, "demo_incident_0001", actor="safety_officer")
    assert hindrance == "You judged it last; another person must close it, or judge it anew so that you can."
    with pytest.raises(SelfApprovalError, match="You judged it last"):
        close(store, at, actor="safety_officer")
    judge(store, at, actor="reviewer")
    assert incident_closing.find_hindrance(store, "demo_incident_0001", actor="safety_officer") is None
    close(store, at, actor="safety_officer")


def test_whoever_decided_against_reporting_cannot_close_it(store: Store, at: dt.datetime) -> None:
    open_one(store, at, nature="serious_harm")
    judge(store, at, nature="serious_harm")
    decide = {"incident_id": "demo_incident_0001", "regime_id": "eu_ai_act", "reason": "Read.", "at": at}
    incident_clocks.decide_report(store, is_reportable=False, actor="safety_officer", **decide)
    with pytest.raises(SelfApprovalError, match="not to be reported"):
        close(store, at, actor="safety_officer")
    incident_clocks.decide_report(store, is_reportable=False, actor="compliance", **decide)
    close(store, at, actor="safety_officer")


def test_a_report_that_is_due_stays_due_whatever_the_event_is_called_since(
    store: Store, at: dt.datetime
) -> None:
    open_one(store, at, nature="serious_harm")
    decide = {"incident_id": "demo_incident_0001", "regime_id": "eu_ai_act", "reason": "Read.", "at": at}
    incident_clocks.decide_report(store, is_reportable=True, actor="compliance", **decide)
    judge(store, at, nature="not_serious")
    with pytest.raises(NotAllowedError, match="eu_ai_act waits for its report"):
        close(store, at)
    incident_clocks.decide_report(store, is_reportable=False, actor="compliance", **decide)
    close(store, at)


def test_a_judgement_on_what_another_has_judged_since_is_refused(store: Store, at: dt.datetime) -> None:
    open_one(store, at)
    seen = find(store).version
    judge(store, at, actor="compliance", expected_version=seen)
    with pytest.raises(ChangedMeanwhileError, match=r"was changed by compliance at .* review and try again"):
        judge(store, at, actor="safety_officer", cause="Another.", expected_version=seen)
    assert find(store).cause == "An old list."
    with pytest.raises(ChangedMeanwhileError):
        incident_closing.close_incident(
            store, incident_id="demo_incident_0001", conclusion="x", actor="safety_officer", at=at,
            expected_version=seen,
        )  # fmt: skip


def test_closing_twice_or_without_a_conclusion_is_refused(store: Store, at: dt.datetime) -> None:
    open_one(store, at)
    judge(store, at)
    with pytest.raises(NotAllowedError, match="conclusion"):
        close(store, at, conclusion=" ")
    close(store, at)
    with pytest.raises(NotAllowedError, match=r"is closed cannot become closed\. Allowed: open\."):
        close(store, at)


def test_a_closed_incident_can_be_opened_again_and_the_audit_keeps_who_closed_it(
    store: Store, at: dt.datetime
) -> None:
    open_one(store, at)
    judge(store, at)
    close(store, at)
    closed = find(store)
    incident_closing.reopen_incident(
        store, incident_id="demo_incident_0001", reason="Seen again.", actor="reviewer", at=at
    )
    assert (find(store).state, find(store).closed_by) == (IncidentStatus.OPEN, None)
    assert audit.list_entries(store, action="incident_closed")[0].details == {"conclusion": "List updated."}
    entry = audit.list_entries(store, action="incident_reopened")[0]
    assert entry.details == {"closed_by": "safety_officer", "reason": "Seen again."}
    assert find(store).version == closed.version + 1
    with pytest.raises(NotAllowedError, match="is open"):
        incident_closing.reopen_incident(
            store, incident_id="demo_incident_0001", reason="r", actor="a", at=at
        )


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"title": " "}, NotAllowedError),
        ({"deployment_id": "nowhere"}, UnknownRecordError),
        ({"risk_id": "no_such_risk"}, UnknownRecordError),
        ({"severity": "S6"}, ValueError),
        ({"aware_at": dt.datetime(2026, 11, 23, 9, 0, 1, tzinfo=dt.UTC)}, NotAllowedError),
    ],
)
def test_an_incident_that_cannot_be_is_refused_and_leaves_nothing(
    store: Store, at: dt.datetime, fields: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        open_one(store, at, **fields)
    assert incidents.list_incidents(store, "demo") == ()


def test_an_unknown_incident_is_named(store: Store, at: dt.datetime) -> None:
    with pytest.raises(UnknownRecordError, match="demo_incident_0001"):
        close(store, at)


def test_what_is_left_to_do_keeps_an_incident_open_and_is_said(store: Store, at: dt.datetime) -> None:
    number = open_one(store, at)
    task = incident_work.add_task(
        store, incident_id=number, what="Renew the list", owner="engineer", due_on=at.date(), actor="a", at=at
    )
    with pytest.raises(NotAllowedError, match="nobody has judged the cause; task 1 is not done"):
        close(store, at)
    judge(store, at)
    incident_work.finish_task(
        store, incident_id=number, task_id=task, note="Renewed.", actor="engineer", at=at
    )
    assert incident_closing.find_what_is_left(store, number) == ()
    close(store, at)


def test_a_judgement_can_be_made_again_and_the_audit_keeps_both(store: Store, at: dt.datetime) -> None:
    open_one(store, at)
    judge(store, at, affected_count=None)
    judge(store, at, causality="established", severity="S5", affected_count=40)
    found = find(store)
    assert (found.causality, found.severity, found.affected_count) == ("established", "S5", 40)
    counts = [
        entry.details["affected_count"] for entry in audit.list_entries(store, action="incident_assessed")
    ]
    assert counts == [40, None]


@pytest.mark.parametrize(
    ("fields", "words"), [({"affected_count": -1}, "-1 people"), ({"cause": " "}, "needs words")]
)
def test_a_judgement_that_says_nothing_is_refused(store: Store, at: dt.datetime, fields, words: str) -> None:
    open_one(store, at)
    with pytest.raises(NotAllowedError, match=words):
        judge(store, at, **fields)


def test_a_closed_incident_is_not_changed_any_more(store: Store, at: dt.datetime) -> None:
    open_one(store, at)
    judge(store, at)
    close(store, at)
    with pytest.raises(NotAllowedError, match="open it again"):
        judge(store, at)
    with pytest.raises(NotAllowedError, match="open it again"):
        incident_work.write_entry(
            store, incident_id="demo_incident_0001", happened_at=at, words="Later.", actor="a", at=at
        )


@pytest.mark.parametrize(("severity", "count"), [("S3", 0), ("S4", 1)])
def test_a_grave_incident_is_told_to_the_clinical_on_call(
    store: Store, at: dt.datetime, severity: str, count: int
) -> None:
    number = open_one(store, at, severity=severity)
    found = notices.list_notices(store)
    assert [(one.kind, one.severity, one.reference_id) for one in found] == [
        ("incident", "attention", number)
    ] * count


@pytest.mark.parametrize(
    ("severities", "count"),
    [(["S3"], 0), (["S4"], 1), (["S5"], 1), (["S3", "S5"], 1), (["S4", "S5"], 1), (["S5", "S2", "S4"], 2)],
)
def test_an_incident_is_told_each_time_that_it_becomes_grave(
    store: Store, at: dt.datetime, severities: list[str], count: int
) -> None:
    number = open_one(store, at, severity="S2")
    for severity in severities:
        judge(store, at, severity=severity)
    found = notices.list_notices(store)
    assert [(one.reference_id, one.kind) for one in found] == [(number, "incident")] * count


def test_one_that_was_closed_and_turns_out_to_be_a_death_is_told(store: Store, at: dt.datetime) -> None:
    number = open_one(store, at, severity="S4")
    judge(store, at, severity="S1")
    close(store, at)
    incident_closing.reopen_incident(
        store, incident_id=number, reason="The family wrote.", actor="reviewer", at=at
    )
    judge(store, at, severity="S5")
    assert [one.reference_id for one in notices.list_notices(store)] == [number] * 2


def test_a_closed_incident_calls_nobody_but_for_a_person_in_danger(store: Store, at: dt.datetime) -> None:
    number = open_one(store, at, severity="S4")
    with store.write(actor="reviewer", at=at) as write:
        notices.queue_notice(
            write, key="danger:1", deployment_id="demo", kind=NoticeKind.DANGER,
            severity=NoticeSeverity.PAGE, reference_id=number, link="/incidents",
        )  # fmt: skip
    judge(store, at, severity="S4")
    close(store, at)
    assert [one.kind for one in notices.list_notices(store, is_waiting=True)] == ["danger"]


def test_an_incident_that_was_told_as_grave_is_not_told_again_by_its_judgement(
    store: Store, at: dt.datetime
) -> None:
    open_one(store, at, severity="S4")
    judge(store, at, severity="S5")
    assert len(notices.list_notices(store)) == 1


@pytest.mark.parametrize(("severity", "count"), [("S5", 0), ("S2", 1)])
def test_what_a_review_raised_is_told_only_if_it_became_grave_since(
    store: Store, at: dt.datetime, severity: str, count: int
) -> None:
    """A review pages the on-call itself, for what it raised as grave."""
    open_one(store, at, severity=severity, origin=Origin.REVIEW)
    judge(store, at, severity="S5")
    assert len(notices.list_notices(store)) == count


def test_where_an_incident_came_from_is_kept(store: Store, at: dt.datetime) -> None:
    open_one(store, at, origin="complaint", origin_reference=" C-17 ")
    assert (find(store).origin, find(store).origin_reference) == ("complaint", "C-17")
