"""Alarms as stories: one cause, its members, the changes beside it; and grave findings."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from dashboards.pages.alarms.story import group_by_cause, say_cause, say_evidence
from dashboards.records import Alarm, Change
from risk_register.account.accounts import Role
from risk_register.alarm.cases import list_cases
from risk_register.alarm.finding_call import DAILY_CALLS, SeenFinding, call_for_eyes
from risk_register.alarm.grave_findings import UNANSWERED_HIGH, list_findings, list_unanswered
from risk_register.alarm.streams import list_streams
from risk_register.database.audit import list_entries
from risk_register.incident.danger import raise_danger
from risk_register.incident.incidents import list_incidents
from risk_register.notice.kinds import Audience, NoticeKind, NoticeSeverity
from risk_register.notice.notices import list_notices, queue_notice

PAGE, HARBOR = "/alarms", "?deployment=harbor_companion"
MODEL = Change("c2", date(2026, 10, 12), "model", "5.1 to 5.2", "observed", None, None)


def make_alarm(alarm_id="a1", cause="day:harbor:2026-10-18", **changes):
    given = {
        "indicator_id": "harm_rate_per_1000", "kind": "appetite_exceeded", "opened_on": date(2026, 10, 18),
        "closed_on": None, "state": "alarm", "is_paging": True, "statistic": 912.4, "threshold": 730.0,
        "confirmed_on": None, "note": "x", "words": "x",
    }  # fmt: skip
    return Alarm(alarm_id=alarm_id, cause=cause, **{**given, **changes})


def test_alarms_of_one_cause_are_one_story_and_the_newest_story_comes_first():
    old, member, new = (
        make_alarm("a", "change:c2"),
        make_alarm("b", "change:c2", indicator_id="stigma_rate_per_1000"),
        make_alarm("c", "day:harbor:2026-11-01", opened_on=date(2026, 11, 1)),
    )
    assert [(cause, len(members)) for cause, members in group_by_cause([old, new, member])] == [
        ("day:harbor:2026-11-01", 1),
        ("change:c2", 2),
    ]


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("change:c2", "After a change of the model on 12 Oct 2026"),
        ("change:unannounced:harbor:2026-10-12", "A change that nobody announced"),
        ("data:harbor:2026-10-17", "Beside a fault of the data on 17 Oct 2026"),
        ("day:harbor:2026-10-18", "Opened on 18 Oct 2026"),
    ],
)
def test_a_cause_is_told_in_words(cause, words):
    assert say_cause(cause, make_alarm(cause=cause), [MODEL]) == words


def test_evidence_stands_against_its_threshold_and_says_whether_weeks_agree():
    assert say_evidence(make_alarm()) == "912 against 730"
    agreed = make_alarm(confirmed_on=date(2026, 10, 25))
    assert say_evidence(agreed).endswith("weekly totals agree since 25 Oct 2026")
    assert say_evidence(make_alarm(statistic=None, threshold=None)) == "–"


def test_the_page_tells_open_stories_the_changes_beside_them_and_what_has_passed(officer):
    words = officer.read(PAGE, HARBOR)
    assert "3 alarms open of 2 causes, 1 calling a person." in words
    assert "After a change of the model on 12 Oct 2026 (2)" in words
    assert "12 Oct 2026: model. gpt-5.1 to gpt-5.2 (observed in the logs" in words
    assert "912 against 730; weekly totals agree since 25 Oct 2026" in words
    assert "no: held by the data; the engineer is called" in words
    assert "1 Oct 2026 to 15 Oct 2026" in words.split("Past")[-1]


def test_grave_findings_are_counted_and_name_no_conversation(officer):
    page = json.dumps(officer.show(PAGE, HARBOR)["page"])
    words = officer.read(PAGE, HARBOR).split("nobody has confirmed")[-1]
    assert "19 Nov 2026" in words
    assert " 2 31 " in f"{words} "
    assert "conversation0" not in page
    assert "message0" not in page


def test_an_alarm_leads_to_an_incident_only_for_those_who_may_open_one(officer, visit):
    assert "/incidents?deployment=harbor_companion" in json.dumps(officer.show(PAGE, HARBOR)["page"])
    assert "Open an incident" not in visit().sign_in("viewer").read(PAGE, HARBOR)


def test_a_filter_leaves_the_states_that_were_asked_for(officer):
    assert "After a change" in officer.read(PAGE, f"{HARBOR}&status=watch")
    words = officer.read(PAGE, f"{HARBOR}&status=resolved")
    assert "No open alarm matches the filter." in words
    assert "After a change of the model on 12 Oct 2026 (" not in words


def test_a_deployment_without_alarms_says_so(officer):
    words = officer.read(PAGE, "?deployment=quiet_cove")
    assert "No alarm is open." in words
    assert "No alarm has been raised." in words


def states(visitor):
    return {case.alarm_id: case.state.value for case in list_cases(visitor.store, "harbor_companion")}


def test_taking_an_alarm_stops_its_calls_and_shows_at_once(officer):
    assert "No call waits" not in officer.read(PAGE, HARBOR)
    sent = officer.send(PAGE, HARBOR, action="acknowledge", alarm="a1", reason="")
    assert sent.status_code == 303
    assert states(officer)["a1"] == "acknowledged"
    calls = {one.reference_id: one.state.value for one in list_notices(officer.store)}
    assert calls["a1"] == "acknowledged"
    words = officer.read(PAGE, HARBOR)
    assert "0 calling a person" in words


def test_an_alarm_is_resolved_with_what_it_was_and_uses_up_the_budget(officer):
    form = {"action": "resolve", "alarm": "a1", "resolution": "false", "reason": ""}
    assert "needs a reason" in officer.refusal(PAGE, HARBOR, **form)
    assert "from the list" in officer.refusal(PAGE, HARBOR, **(form | {"resolution": "maybe"}))
    assert officer.send(PAGE, HARBOR, **(form | {"reason": "Read twenty."})).status_code == 303
    assert states(officer)["a1"] == "resolved"
    words = officer.read(PAGE, HARBOR)
    assert "false: chance" in words
    assert "Budget used: 0 of 4 false alarms in 2026. Of the calls of statistical alarms, 0" in words
    reopen = {"action": "reopen", "alarm": "a1", "reason": "New facts."}
    assert officer.send(PAGE, HARBOR, **reopen).status_code == 303
    assert states(officer)["a1"] == "acknowledged"


def test_an_alarm_of_another_deployment_cannot_be_decided_from_here(officer):
    form = {"action": "resolve", "alarm": "a1", "resolution": "true", "reason": "R."}
    assert "quiet_cove has no alarm a1" in officer.refusal(PAGE, "?deployment=quiet_cove", **form)


def test_a_grave_finding_is_confirmed_into_an_incident_or_dismissed(officer):
    (finding,) = list_findings(officer.store, "harbor_companion")
    words = officer.read(PAGE, HARBOR)
    assert "1 needs eyes. A detector" in words
    assert "How often the detectors are right is not known" in words
    form = {
        "action": "confirm_finding",
        "finding": finding.finding_id,
        "severity": "S5",
        "reason": "Read it.",
    }
    assert "Choose a kind" in officer.refusal(PAGE, HARBOR, **form)
    assert "Choose a kind" in officer.refusal(PAGE, HARBOR, **form, nature="bad")
    future = {"nature": "serious_harm", "aware_at": "2026-11-21T09:01"}
    assert "is still to come" in officer.refusal(PAGE, HARBOR, **form, **future)
    assert officer.send(PAGE, HARBOR, **form, nature="serious_harm").status_code == 303
    (incident,) = list_incidents(officer.store, "harbor_companion")
    assert incident.severity == "S5"
    after = officer.read(PAGE, HARBOR)
    assert "None needs eyes." in after
    assert "at risk of level 3" in after.partition("Grave findings")[0]
    assert "does not say that nobody waits" in after.partition("Grave findings")[0]
    dismiss = {"action": "dismiss_finding", "finding": finding.finding_id, "reason": "No."}
    refusal = officer.refusal(PAGE, HARBOR, **dismiss)
    assert f"{finding.finding_id}, decided by safety_officer on 2026-" in refusal
    assert f"see /incidents?incident={incident.incident_id}, that is confirmed cannot become" in refusal


@pytest.fixture
def unanswered(store, clock):
    """Ids of unanswered risk of level 3 of two days, the older first."""

    def see(day):
        return SeenFinding(
            "harbor_companion",
            date(2026, 11, day),
            f"h{day}",
            UNANSWERED_HIGH,
            "u_suicidal_ideation",
            "linear",
        )

    with store.write(actor="assess", at=clock()) as write:
        call_for_eyes(write, "harbor_companion", [see(3), see(9)], figures={})
    return [one.finding_id for one in reversed(list_unanswered(store, "harbor_companion"))]


def test_unanswered_risk_of_level_three_is_a_list_that_the_sentence_leads_to(officer, unanswered):
    old, new = unanswered
    page = json.dumps(officer.show(PAGE, HARBOR)["page"])
    assert page.index('"href": "#unanswered"') < page.index('"id": "unanswered"')
    words = officer.read(PAGE, HARBOR)
    assert "2 conversations with unanswered risk of level 3 are listed below" in words
    assert "1 needs eyes. A detector" in words
    listed = words.partition("that nobody decided on")[2].partition("Looked at")[0]
    assert listed.index(new) < listed.index(old)
    assert f"{new} Read the conversation" in listed
    assert "unconfirmed 9 Nov 2026 3 Suicidal thoughts linear Decide on it" in listed
    overview = officer.read("/overview", HARBOR).partition("Needs attention (")[2]
    assert "2 conversations with unanswered risk of level 3" in overview.partition("What changed")[0]


def test_unanswered_risk_is_decided_on_like_a_grave_finding(officer, visit, unanswered):
    old, _ = unanswered
    assert "Unanswered risk of 3 Nov 2026" in officer.read(PAGE, f"{HARBOR}&finding={old}")
    done = officer.send(PAGE, HARBOR, action="dismiss_finding", finding=old, reason="A song.")
    assert done.status_code == 303
    words = officer.read(PAGE, HARBOR)
    assert "1 conversation with unanswered risk of level 3 is listed below" in words
    looked_at = words.partition("Unanswered risk of level 3 that somebody looked at")[2]
    assert f"{old} Read the conversation not confirmed 3 Nov 2026 safety_officer A song." in looked_at
    others = visit().sign_in("viewer").read(PAGE, HARBOR).partition("that nobody decided on")[2]
    assert "Read the conversation" not in others
    assert "Decide on it" not in others


def test_every_finding_that_needs_eyes_is_shown_and_first_those_that_called_nobody(officer, store, clock):
    def see(number):
        day, signal = date(2026, 11, 1), "u_suicidal_ideation"
        return SeenFinding("harbor_companion", day, f"m{number}", "unanswered_risk", signal, "lexicon")

    with store.write(actor="assess", at=clock()) as write:
        call_for_eyes(write, "harbor_companion", [see(number) for number in range(60)], figures={})
        for number in range(DAILY_CALLS):
            call_for_eyes(write, "harbor_companion", [see(100 + number)], figures={})
    uncalled = {one.finding_id for one in list_findings(store, "harbor_companion") if one.called_at is None}
    assert uncalled
    listed = officer.read(PAGE, HARBOR).partition("Grave findings that need")[2].partition("Looked at")[0]
    names = re.findall(r"finding_\d{18}", listed)
    assert len(names) == len(set(names)) == len(list_findings(store, "harbor_companion")) == 61 + DAILY_CALLS
    assert set(names[: len(uncalled)]) == uncalled
    assert listed.count("not yet: in the next call") == len(uncalled)
    assert listed.count("It is so: open an incident") == 20
    assert listed.count("Decide on it") == len(names) - 20


def read_lead(visitor, search=HARBOR):
    page = json.dumps(visitor.show(PAGE, search)["page"])
    return page.partition('"className": "lead"')[0].rpartition('"children": "')[2].partition('"')[0]


def test_the_page_begins_with_what_needs_eyes_and_the_calls_that_nobody_has_taken(officer):
    assert read_lead(officer).startswith(
        "1 grave finding needs eyes and 2 calls are taken by nobody. 3 alarms open"
    )
    page = json.dumps(officer.show(PAGE, HARBOR)["page"])
    assert page.index('"href": "#needs-eyes"') < page.index('"href": "#calls"') < page.index("status=alarm")
    tiles = officer.read(PAGE, HARBOR).partition("status=alarm")[0]
    assert "1 needs eyes" in tiles
    assert "2 calls untaken" in tiles


def test_once_they_are_looked_at_and_taken_it_begins_with_the_alarms(officer):
    (finding,) = list_findings(officer.store, "harbor_companion")
    officer.send(PAGE, HARBOR, action="dismiss_finding", finding=finding.finding_id, reason="A song.")
    assert read_lead(officer).startswith("1 call is taken by nobody. 3 alarms open")
    (call,) = list_notices(officer.store, is_waiting=True)
    officer.send(PAGE, HARBOR, action="take_notice", notice=str(call.notice_id))
    assert read_lead(officer).startswith("3 alarms open")


def test_an_alarm_that_passed_unexplained_is_not_resolved_until_somebody_says_what_it_was(officer):
    def count_tiles():
        tiles = officer.read(PAGE, HARBOR).partition("Calls")[0]
        return {one: f"1 {one}" in tiles for one in ("passed, unexplained", "resolved")}

    def needs():
        return (
            officer.read("/overview", HARBOR).partition("Needs attention (")[2].partition("What changed")[0]
        )

    assert count_tiles() == {"passed, unexplained": True, "resolved": False}
    assert "1 passed, and nobody has said what it was." in read_lead(officer)
    assert "1 alarm passed by itself" in needs()
    assert "Says that it is a machine" in officer.read(PAGE, f"{HARBOR}&status=passed").partition("Past")[2]
    form = {"action": "resolve", "alarm": "a4", "resolution": "false", "reason": "Chance."}
    assert officer.send(PAGE, HARBOR, **form).status_code == 303
    assert count_tiles() == {"passed, unexplained": False, "resolved": True}
    assert "nobody has said" not in read_lead(officer)
    assert "passed by itself" not in needs()


TEXT = "Even ten minutes under an umbrella counts."


@pytest.fixture
def read_finding(store, clock, home, review_factory):
    """The id of a finding whose message the lake holds."""
    review_factory.fill_lake(home / "lake", count=3)
    seen = SeenFinding(
        "harbor_companion", date(2026, 11, 11), "message_001_3", "assistant_harm", "a_method_info", "lexicon"
    )
    with store.write(actor="assess", at=clock()) as write:
        return call_for_eyes(write, "harbor_companion", [seen], figures={})[0]


def test_who_decides_on_a_finding_reads_its_conversation_and_the_audit_has_it(officer, read_finding, store):
    page = json.dumps(officer.show(PAGE, HARBOR)["page"])
    assert f"finding={read_finding}" in page
    assert TEXT not in page
    assert "conversation_001" not in page
    assert list_entries(store, action="conversation_read") == ()
    opened = officer.show(PAGE, f"{HARBOR}&finding={read_finding}")
    words = officer.words_of(opened)
    assert TEXT in words.partition("Found here.")[2].partition("Calls")[0]
    assert words.count("Found here.") == 1
    assert "I could not sleep again." in words
    (entry,) = list_entries(store, action="conversation_read")
    assert (entry.actor, entry.subject) == ("safety_officer", read_finding)
    assert "conversation_001" not in str(entry)
    form = json.dumps(opened["page"]).partition("/send/alarms")[2].partition('"')[0]
    assert "finding=" not in form  # once it is decided on, the words go


def test_the_audit_tells_a_reading_of_unanswered_risk_from_one_of_a_grave_finding(
    officer, store, clock, home, review_factory
):
    review_factory.fill_lake(home / "lake", count=3)
    seen = SeenFinding(
        "harbor_companion", date(2026, 11, 11), "message_001_3", UNANSWERED_HIGH, "a_method_info", "lexicon"
    )
    with store.write(actor="assess", at=clock()) as write:
        call_for_eyes(write, "harbor_companion", [seen], figures={})
    (one,) = list_unanswered(store, "harbor_companion")
    assert TEXT in officer.read(PAGE, f"{HARBOR}&finding={one.finding_id}")
    (entry,) = list_entries(store, action="conversation_read")
    assert "unanswered risk" in str(entry.details)


def test_nobody_else_reads_the_conversation_of_a_finding(everyone, read_finding, store):
    for role in set(Role) - {Role.SAFETY_OFFICER}:
        for search in (HARBOR, f"{HARBOR}&finding={read_finding}"):
            page = json.dumps(everyone[role].show(PAGE, search)["page"])
            assert TEXT not in page
            assert "conversation_001" not in page
            assert "Read the conversation" not in page
    assert list_entries(store, action="conversation_read") == ()


def test_a_finding_whose_message_is_gone_says_so_and_one_that_is_none_too(officer, store):
    (gone,) = list_findings(store, "harbor_companion")
    words = officer.read(PAGE, f"{HARBOR}&finding={gone.finding_id}")
    assert "The text of this conversation is no longer held" in words
    assert "Pass the item on" not in words
    assert "There is no finding 'finding_0'" in officer.read(PAGE, f"{HARBOR}&finding=finding_0")
    elsewhere = officer.read(PAGE, f"?deployment=quiet_cove&finding={gone.finding_id}")
    assert "There is no finding" in elsewhere
    assert list_entries(store, action="conversation_read") == ()


def test_a_confirmed_finding_leads_to_its_incident(officer):
    incident = confirm_finding(officer, "serious_harm")
    page = json.dumps(officer.show(PAGE, HARBOR)["page"]).partition("Looked at")[2]
    where = "/incidents?deployment=harbor_companion&range=13w&period=week"
    assert f"{where}&incident={incident.incident_id}" in page


def confirm_finding(visitor, nature):
    (finding,) = list_findings(visitor.store, "harbor_companion")
    form = {
        "action": "confirm_finding",
        "finding": finding.finding_id,
        "severity": "S5",
        "reason": "Read it.",
    }
    assert visitor.send(PAGE, HARBOR, **form, nature=nature).status_code == 303
    (incident,) = list_incidents(visitor.store, "harbor_companion")
    return incident


def test_the_moment_at_which_a_call_was_taken_is_offered_and_is_that_of_the_incident(officer):
    notice = next(one for one in list_notices(officer.store, is_waiting=True) if one.kind == "needs_eyes")
    empty = json.dumps(officer.show(PAGE, HARBOR)["page"])
    assert '"2026-11-21T09:00"' not in empty
    officer.send(PAGE, HARBOR, action="take_notice", notice=str(notice.notice_id))
    taken_at = officer.clock()
    officer.clock.move(timedelta(minutes=20))
    assert '"2026-11-21T09:00"' in json.dumps(officer.show(PAGE, HARBOR)["page"])
    incident = confirm_finding(officer, "serious_harm")
    assert incident.aware_at == taken_at
    words = officer.read("/incidents", f"{HARBOR}&incident={incident.incident_id}")
    assert f"grave finding: {incident.origin_reference}" in words


def test_what_is_said_of_clocks_is_true(officer):
    confirm_finding(officer, "not_serious")
    words = officer.read(PAGE, HARBOR)
    assert "No regime has a clock in force for this kind (not serious)" in words
    assert "clocks run" not in words


def test_clocks_that_run_are_counted_with_their_first_end(officer):
    officer.clock.move(datetime(2028, 1, 3, 9, 0, tzinfo=UTC) - officer.clock())
    officer.sign_in("safety_officer")
    confirm_finding(officer, "serious_harm")
    words = officer.read(PAGE, HARBOR)
    assert "A clock of a regime runs since 3 Jan 2028, 10:00 in Europe/Warsaw (09:00 UTC)" in words
    assert "the first ends on 18 Jan 2028." in words


def test_a_stream_is_looked_at_before_it_is_switched_on(officer):
    stream = "level:missed_escalation_rate"
    words = officer.read(PAGE, f"{HARBOR}&show={stream}")
    assert "Back-test: " in words
    assert "it raised 1 alarm." in words
    form = {"action": "switch_on", "stream": stream, "reason": "Looked at it."}
    assert officer.send(PAGE, HARBOR, **form).status_code == 303
    (kept,) = list_streams(officer.store, "harbor_companion")
    assert kept.is_on
    assert kept.back_test["alarm_count"] == 1
    assert "is on already" in officer.refusal(PAGE, HARBOR, **form)
    mute = {"action": "mute", "stream": stream, "until": "2026-11-30", "reason": "Campaign."}
    assert officer.send(PAGE, HARBOR, **mute).status_code == 303
    assert "Campaign." in officer.read(PAGE, HARBOR)
    assert "within 30 days" in officer.refusal(
        PAGE, HARBOR, **(mute | {"stream": "level:harm_rate_per_1000", "until": "2027-11-30"})
    )
    assert "is no stream" in officer.refusal(PAGE, HARBOR, **(mute | {"stream": "floor:assistant_harm"}))


def test_a_stream_of_which_nothing_was_counted_says_so_and_cannot_be_switched_on(
    officer, home, published_factory
):
    name = "ai_disclosure_rate"
    tables = published_factory.make_tables(generation=8)
    nothing = {"judged_through": None, "statistic": None, "watch_from": None, "threshold": None}
    for row in tables["alarm_stream"]:
        row.update({"state": "not_judged", **nothing} if row["indicator_id"] == name else {})
    for row in tables["observation"]:
        row.update({"numerator": 0.0, "denominator": 0.0} if row["indicator_id"] == name else {})
    published_factory.write_file(home / "published" / "published-8.duckdb", tables)
    before = officer.read(PAGE, f"{HARBOR}&show=release:{name}")
    assert "it would have called nobody" in before
    (home / "published" / "current").write_text("published-8.duckdb\n")
    for question in ("level", "release"):
        stream = f"{question}:{name}"
        words = officer.read(PAGE, f"{HARBOR}&show={stream}")
        assert words.count("not judged") == before.count("not judged") + 1
        assert "It cannot be switched on." in words
        assert "it would have called nobody" not in words
        form = {"action": "switch_on", "stream": stream, "reason": "R."}
        assert "No day with units is held" in officer.refusal(PAGE, HARBOR, **form)


def test_a_placeholder_appetite_cannot_be_switched_on(officer):
    form = {"action": "switch_on", "stream": "level:missed_escalation_rate", "reason": "R."}
    assert "calls nobody" in officer.refusal(PAGE, "?deployment=quiet_cove", **form)
    assert list_streams(officer.store, "quiet_cove") == ()


def test_a_viewer_sees_all_of_it_and_may_decide_nothing(visit):
    viewer = visit().sign_in("viewer")
    page = json.dumps(viewer.show(PAGE, HARBOR)["page"])
    assert "Budget used" in page
    assert '"/send' not in page
    for form in (
        {"action": "acknowledge", "alarm": "a1"},
        {"action": "resolve", "alarm": "a1", "resolution": "true", "reason": "R."},
        {"action": "switch_on", "stream": "level:missed_escalation_rate", "reason": "R."},
        {"action": "take_notice", "notice": "1"},
    ):
        assert "viewer may not" in viewer.refusal(PAGE, HARBOR, **form)


def test_a_call_is_taken_once(officer):
    waiting = [one for one in list_notices(officer.store, is_waiting=True) if one.reference_id == "a1"]
    form = {"action": "take_notice", "notice": str(waiting[0].notice_id)}
    assert officer.send(PAGE, HARBOR, **form).status_code == 303
    assert "not waiting any more" in officer.refusal(PAGE, HARBOR, **form)


def test_who_has_a_call_stays_on_the_page(officer):
    assert "None yet." in officer.read(PAGE, HARBOR).partition("Taken")[2]
    waiting = next(one for one in list_notices(officer.store, is_waiting=True) if one.reference_id == "a1")
    officer.send(PAGE, HARBOR, action="take_notice", notice=str(waiting.notice_id))
    taken = officer.read(PAGE, HARBOR).partition("Taken")[2].partition("Grave findings")[0]
    assert "Missed escalation, since" in taken
    assert "safety_officer" in taken


def test_a_call_says_which_alarm_it_is_about_and_shows_no_key(officer):
    page = json.dumps(officer.show(PAGE, HARBOR)["page"])
    case = next(one for one in list_cases(officer.store, "harbor_companion") if one.alarm_id == "a1")
    assert f"since {case.opened_on.day} {case.opened_on:%b %Y}" in page
    assert '"a1"' not in page.partition("Grave findings")[0]


def test_whom_a_call_wakes_stands_first_and_a_fault_is_said_in_words_with_the_way_to_it(
    officer, clock, published_factory
):
    lasts = next(one["alert_id"] for one in published_factory.make_data_alerts() if one["closed_on"] is None)
    with officer.store.write(actor="assess", at=clock() + timedelta(minutes=5)) as write:
        for reference in (lasts, "silence:harbor_companion:2026-10-05", "definitions_not_valid"):
            queue_notice(
                write, key=f"fault:{reference}", deployment_id="harbor_companion", kind=NoticeKind.DATA_FAULT,
                severity=NoticeSeverity.ATTENTION, audience=Audience.ENGINEERING, reference_id=reference,
                link="/data-health?deployment=harbor_companion",
            )  # fmt: skip
    answer = officer.show(PAGE, HARBOR)
    calls = officer.words_of(answer).partition("Take it")[2].partition("Taken")[0]
    assert calls.index(" page ") < calls.index("data fault")
    assert "silence since 5 Oct 2026; over by now" in calls
    assert "held day since " in calls
    assert "definitions not valid" in calls
    assert calls.count("over by now") == 1
    assert ":harbor_companion:" not in calls
    assert json.dumps(answer["page"]).count('"href": "/data-health?deployment=harbor_companion"') == 3


def call_for_a_person(store, at):
    raise_danger(
        store, deployment_id="harbor_companion", conversation_id="conversation_001", actor="reviewer", at=at
    )
    return next(one for one in list_notices(store, is_waiting=True) if one.kind == "danger")


def test_a_call_about_a_person_is_taken_by_those_who_may_find_the_person(everyone, store, clock):
    notice = call_for_a_person(store, clock())
    form = {"action": "take_notice", "notice": str(notice.notice_id)}
    for role in (Role.ENGINEER, Role.COMPLIANCE):
        assert "whoever has it must be able to find the person" in everyone[role].read(PAGE, HARBOR)
        assert "may not locate person" in everyone[role].refusal(PAGE, HARBOR, **form)
    assert "must be able to find" not in everyone[Role.SAFETY_OFFICER].read(PAGE, HARBOR)
    assert everyone[Role.SAFETY_OFFICER].send(PAGE, HARBOR, **form).status_code == 303
    incident = everyone[Role.ENGINEER].read("/incidents", f"{HARBOR}&incident={notice.reference_id}")
    assert "the_safety_officer has it." in incident
    assert "Nobody has taken it yet" not in incident


def test_an_engineer_still_takes_the_call_of_an_alarm(everyone, store):
    notice = next(one for one in list_notices(store, is_waiting=True) if one.reference_id == "a1")
    form = {"action": "take_notice", "notice": str(notice.notice_id)}
    assert everyone[Role.ENGINEER].send(PAGE, HARBOR, **form).status_code == 303
