"""What needs a person: open alarms and incidents, decisions that wait; nothing that has passed."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

from dashboards.attention import find_needs
from dashboards.health_records import DataAlert
from dashboards.records import Alarm
from dashboards.theme import Status, Tone
from risk_register.acceptability import Severity
from risk_register.alarm.finding_call import SeenFinding, call_for_eyes
from risk_register.alarm.grave_findings import dismiss, list_findings
from risk_register.deployment import appetites
from risk_register.incident import holds, incidents
from risk_register.incident.closing import close_incident
from risk_register.incident.incidents import list_incidents
from risk_register.incident.states import Causality, Nature
from risk_register.item import checklist
from risk_register.notice.kinds import NoticeKind, NoticeSeverity
from risk_register.notice.notices import acknowledge_notice, list_calls, queue_notice
from risk_register.register.register import list_risks
from risk_register.register.transitions import RiskStatus
from risk_register.report import submissions as report_submissions
from risk_register.report.states import ReportStatus
from risk_register.report.submissions import BuiltOnce

HARBOR = "harbor_companion"
NOTHING = {
    "findings": (), "unanswered": (), "calls": (),
    "alarms": (), "items": (), "risks": (), "data_alerts": (), "incidents": (), "proposals": (), "holds": (),
    "reports": (),
    "statuses": {},
    "today": date(2026, 11, 21),
}  # fmt: skip


def find(**given):
    return find_needs((), **{**NOTHING, **given})


def make_alarm(**changes):
    given = {
        "alarm_id": "a", "indicator_id": "harm_rate_per_1000", "kind": "appetite_exceeded",
        "opened_on": date(2026, 11, 1), "closed_on": None, "state": "alarm", "is_paging": True,
        "statistic": 1.0, "threshold": 1.0, "confirmed_on": None, "cause": "day:x:2026-11-01",
        "note": "Rose.", "words": "Rose.",
    }  # fmt: skip
    return Alarm(**{**given, **changes})


def test_what_is_in_breach_stands_before_what_is_watched_and_what_is_within_needs_nobody():
    standings = [
        SimpleNamespace(
            status=status, latest=None,
            indicator=SimpleNamespace(indicator_id=status.value, title=status.value),
        )
        for status in (Status.WATCH, Status.WITHIN, Status.INSUFFICIENT_DATA, Status.BREACH)
    ]  # fmt: skip
    assert [need.what for need in find_needs(standings, **NOTHING)] == ["breach", "watch"]


def test_grave_findings_and_calls_that_wait_come_first_with_the_place_where_they_are_decided(store, clock):
    def first():
        return find(
            findings=list_findings(store, HARBOR),
            calls=list_calls(store, HARBOR, is_waiting=True),
            alarms=[make_alarm()],
        )

    eyes, call, alarm = first()
    assert (eyes.what, eyes.path, eyes.place) == ("1 grave finding needs eyes", "/alarms", "needs-eyes")
    assert (eyes.mark.word, eyes.why) == (
        "unconfirmed", "of 19 Nov 2026; a detector found it and nobody has looked",
    )  # fmt: skip
    assert (call.what, call.path, call.place) == ("2 calls that nobody has taken", "/alarms", "calls")
    assert call.why.endswith("; the oldest since 21 Nov 2026, 05:00 UTC")
    assert {"alarm", "needs eyes"} == set(call.why.partition(";")[0].split(", "))
    assert (call.mark.word, alarm.mark.word) == ("waits to be sent", "alarm")

    (finding,) = list_findings(store, HARBOR)
    dismiss(
        store, deployment_id=HARBOR, finding_id=finding.finding_id, reason="A song.", actor="safety_officer",
        at=clock(),
    )  # fmt: skip
    call, alarm = first()
    assert call.what == "1 call that nobody has taken"
    acknowledge_notice(
        store,
        notice_id=list_calls(store, HARBOR, is_waiting=True)[0].notice_id,
        actor="safety_officer",
        at=clock(),
    )
    assert first() == (alarm,)


def test_several_findings_are_one_line_with_their_days(store, clock):
    seen = [SeenFinding(HARBOR, date(2026, 11, day), f"m{day}", "x", "a_x", "lexicon") for day in (17, 20)]
    with store.write(actor="assess", at=clock()) as write:
        call_for_eyes(write, HARBOR, seen, figures={})
    (need,) = find(findings=list_findings(store, HARBOR))
    assert need.what == "3 grave findings need eyes"
    assert need.why == "of 17 Nov 2026 to 20 Nov 2026; a detector found them and nobody has looked"


def test_the_days_of_an_alarm_s_note_are_said_as_people_write_them():
    (need,) = find(alarms=[make_alarm(words="Unread from 2026-09-08 to 2026-10-03.")])
    assert need.why.endswith("Unread from 8 Sep 2026 to 3 Oct 2026.")


def test_a_call_of_another_deployment_waits_there_and_one_of_the_home_everywhere(store, clock):
    with store.write(actor="assess", at=clock()) as write:
        for key, deployment_id in (("home", None), ("cove", "quiet_cove")):
            queue_notice(
                write, key=key, deployment_id=deployment_id, kind=NoticeKind.DATA_FAULT,
                severity=NoticeSeverity.ATTENTION, reference_id=key, link="/",
            )  # fmt: skip
    assert {one.key for one in list_calls(store, HARBOR, is_waiting=True)} >= {"home"}
    assert "cove" not in {one.key for one in list_calls(store, HARBOR, is_waiting=True)}
    assert {one.key for one in list_calls(store, "quiet_cove", is_waiting=True)} == {"home", "cove"}


def test_an_open_alarm_needs_a_person_and_one_that_has_passed_does_not():
    passed = make_alarm(closed_on=date(2026, 11, 9), state="resolved")
    seen = make_alarm(state="acknowledged")
    (need,) = find(alarms=[make_alarm(), passed, seen])
    assert (need.mark.word, need.what, need.path) == ("alarm", "harm rate per 1000", "/alarms")
    (watched,) = find(alarms=[make_alarm(state="watch")])
    assert watched.mark.word == "watch"
    assert need.why == "since 1 Nov 2026. Rose."


def test_alarms_that_passed_and_that_nobody_explained_are_one_line_of_unknown():
    passed = [make_alarm(state="passed", closed_on=date(2026, 11, day), alarm_id=f"a{day}") for day in (3, 9)]
    (need,) = find(alarms=[*passed, make_alarm(state="resolved", closed_on=date(2026, 11, 12))])
    assert (need.mark.word, need.mark.tone) == ("passed, unexplained", Tone.UNKNOWN)
    assert need.what == "2 alarms passed by themselves"
    assert need.why == "the newest on 9 Nov 2026; nobody has said what it was"
    assert (need.path, need.filters) == ("/alarms", {"status": "passed", "range": "all"})


def test_a_fault_of_the_data_needs_a_person_while_it_lasts():
    lasting = DataAlert(
        "silence:x", "silence", date(2026, 11, 18), date(2026, 11, 20), None, True, "No data came.", "Look."
    )
    ended = replace(lasting, closed_on=date(2026, 11, 21))
    (need,) = find(data_alerts=[lasting, ended])
    assert (need.mark.word, need.what, need.why, need.path) == (
        "silence", "Data: silence", "No data came.", "/data-health",
    )  # fmt: skip


def test_an_open_incident_says_since_when_somebody_knew(store, clock):
    one = {"deployment_id": HARBOR, "severity": Severity.S3, "at": clock()}
    kept = incidents.open_incident(
        store, title="Kept", actor="compliance", aware_at=clock() - timedelta(1), **one
    )
    closed = incidents.open_incident(store, title="Closed", actor="compliance", **one)
    incidents.assess_incident(
        store, incident_id=closed, severity=Severity.S3, nature=Nature.NOT_SERIOUS,
        causality=Causality.UNRELATED, cause="A test.", affected_count=0, actor="compliance", at=clock(),
    )  # fmt: skip
    close_incident(store, incident_id=closed, conclusion="Done.", actor="safety_officer", at=clock())
    (need,) = find(incidents=list_incidents(store, HARBOR))
    assert need.filters == {"incident": kept}
    assert need.why == "S3; somebody knew since 20 Nov 2026, 08:00 UTC"


def test_a_review_of_a_risk_is_late_from_the_day_after_it_was_due(store):
    day = date(2026, 12, 1)
    risk = replace(list_risks(store, HARBOR)[0], review_due_on=day, pending=None)
    assert find(risks=[risk], today=day) == ()
    (late,) = find(risks=[risk, risk], today=day + timedelta(days=1))
    assert (late.what, late.filters) == ("Review of 2 risks", {"show": "overdue"})
    (unplanned,) = find(risks=[replace(risk, review_due_on=None)], today=day)
    assert unplanned.what == "Review of 1 risk"
    lapsed = replace(risk, state=RiskStatus.ACCEPTED, accepted_until=day, review_due_on=date(2027, 3, 1))
    assert find(risks=[lapsed], today=day) == ()
    assert len(find(risks=[lapsed], today=day + timedelta(days=1))) == 1
    closed = replace(risk, state=RiskStatus.CLOSED, review_due_on=None)
    assert find(risks=[closed], today=day) == ()


def test_decisions_that_wait_for_a_second_person_are_listed_until_they_have_one(store, clock):
    proposal = appetites.propose(
        store, deployment_id=HARBOR, indicator_id="harm_rate_per_1000", side=appetites.Side.ABOVE, watch=1,
        breach=2, reason="x", effective_from=date(2026, 12, 1), actor="safety_officer", at=clock(),
    )  # fmt: skip

    def waiting():
        return find(
            proposals=appetites.list_decisions(store, HARBOR),
            risks=[risk for risk in list_risks(store, HARBOR) if risk.pending],
            today=date.min,
        )

    appetite, rating = waiting()
    assert (appetite.mark.word, appetite.path) == ("waiting", "/appetites")
    assert (rating.path, rating.filters) == ("/risk-register", {"risk": "stigmatising_replies"})
    appetites.approve(store, deployment_id=HARBOR, proposal_id=proposal, actor="compliance", at=clock())
    assert waiting() == (rating,)


def test_a_hold_and_its_release_are_listed_while_they_wait_for_a_second_person(store, clock):
    incident = incidents.open_incident(
        store, deployment_id=HARBOR, title="Kept", severity=Severity.S3, actor="compliance", at=clock()
    )
    hold = holds.request_hold(
        store, incident_id=incident, conversation_id="c", thread_id="t", reason="Asked.",
        expires_on=date(2027, 6, 1), actor="safety_officer", at=clock(),
    )  # fmt: skip
    here = {"hold_id": hold, "deployment_id": HARBOR, "at": clock()}

    def waiting(days=0):
        today = clock().date() + timedelta(days=days)
        return find(holds=holds.list_holds(store, deployment_id=HARBOR), today=today)

    (asked,) = waiting()
    assert (asked.what, asked.path, asked.filters) == (hold, "/incidents", {"incident": incident})
    assert asked.why.startswith("asked for by safety_officer")
    assert waiting(days=8) == ()  # by then it has ended
    holds.approve_hold(store, actor="compliance", **here)
    assert waiting() == ()
    holds.ask_release(store, reason="Over.", actor="compliance", **here)
    (ending,) = waiting()
    assert (ending.what, ending.mark.word) == (f"Release of {hold}", "waiting")
    assert waiting(days=8) == ()
    holds.confirm_release(store, actor="safety_officer", **here)
    assert waiting() == ()


def test_a_report_and_an_item_are_listed_while_they_wait_for_a_second_person(store, clock):
    here = {"actor": "safety_officer", "at": clock()}
    built = BuiltOnce(HARBOR, "monthly_safety_review", "2026-10", "a" * 64)
    report_submissions.submit(store, built, **here)
    checklist.propose_waiver(
        store, deployment_id=HARBOR, item_id="crisis_testing_passed", reason="In March.",
        until=date(2027, 3, 1), **here,
    )  # fmt: skip
    items = checklist.list_items(store, HARBOR, as_of=clock().date())
    asked = [one for one in items if one.item_id == "crisis_testing_passed"]
    found = find(reports=report_submissions.list_submissions(store, HARBOR), items=asked)
    report, item = [need for need in found if need.mark.word == "waiting"]
    assert (report.what, report.path) == ("Monthly safety review, October 2026", "/reports")
    assert report.why.startswith("submitted by safety_officer")
    assert (item.mark.word, item.filters) == ("waiting", {"item": "crisis_testing_passed"})
    assert item.why.startswith("waiver, says safety_officer")
    submitted = report_submissions.list_submissions(store, HARBOR)
    assert find(reports=[replace(one, state=ReportStatus.APPROVED) for one in submitted]) == ()
