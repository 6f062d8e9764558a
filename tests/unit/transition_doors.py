"""Every table of states, a record to try it on, and the steps that people have at both doors.

A door test puts a record into each state behind the rules' back, and then tries every step that its table
does not have from there. Names in braces are filled with the ids of `make_records`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from risk_register.acceptability import Severity
from risk_register.account.permissions import Action
from risk_register.alarm import finding_call, grave_findings
from risk_register.alarm import states as alarm_states
from risk_register.alarm.cases import SeenAlarm, sync_cases
from risk_register.alarm.states import CaseState
from risk_register.database.store import Store
from risk_register.deployment import appetites
from risk_register.exchange import exchange
from risk_register.incident import holds, incidents, locations
from risk_register.incident import states as incident_states
from risk_register.item import record as item_record
from risk_register.notice import kinds as notice_kinds
from risk_register.notice.notices import queue_notice
from risk_register.register import actions, proposals, register
from risk_register.report import states as report_states
from risk_register.report import submissions as report_submissions
from risk_register.review import reviews
from risk_register.review import states as review_states

MAKER = "maker"  # no account of the tests, so that a refusal is never for being one's own work
RISK, ITEM, REPORT, PERIOD = "privacy_breach", "crisis_testing_passed", "monthly_safety_review", "2026-10"
REASON = {"reason": "Tried."}
WORDS = ("--reason", "Tried.")


@dataclass(frozen=True)
class Step:
    """What somebody can ask for; `sources` are the states from which the table has it."""

    sources: frozenset[str]
    needs: Action
    path: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Machine:
    """A table of states over one row of the store; `states` says what the row holds in each."""

    name: str
    table: str
    where: str
    states: Mapping[str, str]
    steps: tuple[Step, ...]


def by_state(states: object) -> dict[str, str]:
    """For a table with a column of its own for the state."""
    return {str(state): f"state = '{state}'" for state in states}


def sources(table: Mapping[str, tuple[str, ...]], target: str) -> frozenset[str]:
    """The states from which a literal table has a step to one."""
    return frozenset(str(state) for state, steps in table.items() if target in steps)


def move_action(target: str) -> Step:
    return Step(
        sources(actions.TRANSITIONS, target), Action.EDIT_REGISTER, "/risk-register",
        {"action": "move_action", "risk": RISK, "version": "{version}", "number": "1", "to_state": target,
         **REASON},
        ("register", "action", "move", "{reference}", "1", target, *WORDS),
    )  # fmt: skip


def report(step: str, target: str, needs: Action, **more: str) -> Step:
    options = tuple(part for name, value in more.items() for part in (f"--{name}", value))
    named = {"report": REPORT, "period": PERIOD, "manifest": "{manifest}"}
    return Step(
        sources(report_states.TRANSITIONS, target), needs, "/reports", {"action": step, **named, **more},
        ("report", step, REPORT, "--period", PERIOD, *options),
    )  # fmt: skip


DECIDED = "approved_by = 'somebody', approved_at = '2026-10-01 00:00:00'"
OPEN = "approved_by = null, approved_at = null"
MACHINES = (
    Machine(
        "register.actions", "risk_action", "risk_id = '{risk}' and number = 1",
        by_state(actions.ActionStatus),
        tuple(move_action(target) for target in actions.ActionStatus),
    ),
    Machine(
        "item.record", "checklist_state", "item_id = '{item}'", by_state(item_record.ItemStatus),
        (Step(
            frozenset(), Action.ATTEST, "/ethics-checklist",
            {"action": "attest", "item": ITEM, "version": "1", "state": "not_started"},
            ("checklist", "attest", "{item_reference}", "not_started"),
        ),),
    ),
    Machine(
        "incident.states", "incident", "incident_id = '{incident}'", by_state(incident_states.IncidentStatus),
        (
            Step(frozenset({"open"}), Action.CLOSE_INCIDENT, "/incidents",
                 {"action": "close", "incident": "{incident}", "version": "1", "conclusion": "Tried."},
                 ("incident", "close", "{incident}", "--conclusion", "Tried.")),
            Step(frozenset({"closed"}), Action.OPEN_INCIDENT, "/incidents",
                 {"action": "reopen", "incident": "{incident}", **REASON},
                 ("incident", "reopen", "{incident}", *WORDS)),
        ),
    ),
    Machine(
        "register.proposals", "rating_proposal", "proposal_id = 1", by_state(proposals.ProposalStatus),
        tuple(
            Step(frozenset({"open"}), Action.EDIT_REGISTER, "/risk-register",
                 {"action": f"{step}_proposal", "risk": RISK, "version": "{version}", "proposal": "1",
                  **REASON},
                 ("register", step, "1", *WORDS))
            for step in ("accept", "decline")
        ),
    ),
    Machine(
        "alarm.states", "alarm_case", "alarm_id = 'tried'", by_state(alarm_states.CaseState),
        (
            Step(frozenset({"alarm"}), Action.ACKNOWLEDGE_ALARM, "/alarms",
                 {"action": "acknowledge", "alarm": "tried"}, ("alarm", "acknowledge", "tried")),
            Step(sources(alarm_states.TRANSITIONS, "resolved"), Action.DECIDE_ALARM, "/alarms",
                 {"action": "resolve", "alarm": "tried", "resolution": "true", **REASON},
                 ("alarm", "resolve", "tried", "--as-was", "true", *WORDS)),
            Step(frozenset({"resolved"}), Action.DECIDE_ALARM, "/alarms",
                 {"action": "reopen", "alarm": "tried", **REASON}, ("alarm", "reopen", "tried", *WORDS)),
        ),
    ),
    Machine(
        "alarm.grave_findings", "grave_finding", "finding_id = '{finding}'",
        by_state(grave_findings.FindingState),
        (
            Step(sources(grave_findings.TRANSITIONS, "confirmed"), Action.DECIDE_ALARM, "/alarms",
                 {"action": "confirm_finding", "finding": "{finding}", "severity": "S4",
                  "nature": "serious_harm", **REASON},
                 ("alarm", "confirm", "{finding}", "--severity", "S4", "--kind", "serious_harm", *WORDS)),
            Step(sources(grave_findings.TRANSITIONS, "not_confirmed"), Action.DECIDE_ALARM, "/alarms",
                 {"action": "dismiss_finding", "finding": "{finding}", **REASON},
                 ("alarm", "dismiss", "{finding}", *WORDS)),
        ),
    ),
    Machine(
        "notice.kinds", "notice", "notice_id = {notice}", by_state(notice_kinds.NoticeState),
        (Step(sources(notice_kinds.TRANSITIONS, "acknowledged"), Action.ACKNOWLEDGE_ALARM, "/alarms",
              {"action": "take_notice", "notice": "{notice}"}, ()),
         Step(sources(notice_kinds.TRANSITIONS, "acknowledged"), Action.OPEN_INCIDENT, "", {},
              ("notify", "acknowledge", "{notice}"))),
    ),
    Machine(
        "report.states", "report_submission", "number = 1", by_state(report_states.ReportStatus),
        (
            Step(frozenset({"declined"}), Action.SUBMIT_REPORT, "/reports",
                 {"action": "submit", "report": REPORT, "period": PERIOD, "manifest": "{manifest}"},
                 ("report", "submit", REPORT, "--period", PERIOD)),
            report("approve", "approved", Action.APPROVE_REPORT),
            report("decline", "declined", Action.SUBMIT_REPORT, reason="Tried."),
            report("issue", "issued", Action.ISSUE_REPORT),
            report("file", "filed", Action.ISSUE_REPORT, reference="R-1"),
        ),
    ),
    Machine(
        "review.states", "review_item", "item_id = '{review_item}'", by_state(review_states.ItemStatus),
        # A first label: what waits for a second or a third, or for nobody, does not take it.
        (Step(frozenset({"waiting"}), Action.REVIEW, "", {}, ("review", "label", "{review_item}")),),
    ),
    Machine(
        "appetites", "appetite_decision", "proposal_id = 1",
        {"open": OPEN, "approved": DECIDED, "declined": f"{OPEN}, {DECIDED.replace('approved', 'declined')}"},
        tuple(
            Step(frozenset({"open"}), needs, "/appetites", {"action": step, "proposal": "1", **REASON},
                 ("appetite", step, "1", *words))
            for step, needs, words in (
                ("approve", Action.APPROVE_APPETITE, ()), ("decline", Action.PROPOSE_APPETITE, WORDS),
            )
        ),
    ),
    Machine(
        "holds", "incident_hold", "hold_id = '{hold}'",
        {
            "requested": OPEN,
            "approved": DECIDED,
            "ending": f"{DECIDED}, release_asked_by = 'somebody', release_asked_at = '2099-01-01 00:00:00'",
            "released": f"{DECIDED}, {DECIDED.replace('approved', 'released')}",
            "lapsed": f"{OPEN}, released_by = null, released_at = null, expires_on = '2026-10-02'",
        },
        (
            Step(frozenset({"requested"}), Action.CLOSE_INCIDENT, "/incidents",
                 {"action": "approve_hold", "incident": "{incident}", "hold": "{hold}"},
                 ("incident", "approve", "{hold}")),
            Step(frozenset({"requested", "approved"}), Action.CLOSE_INCIDENT, "/incidents",
                 {"action": "release_hold", "incident": "{incident}", "hold": "{hold}", **REASON},
                 ("incident", "release", "{hold}", *WORDS)),
            Step(frozenset({"ending"}), Action.CLOSE_INCIDENT, "/incidents",
                 {"action": "confirm_release", "incident": "{incident}", "hold": "{hold}"},
                 ("incident", "confirm-release", "{hold}")),
        ),
    ),
    Machine(
        "locations", "location", "location_id = 1",
        {
            "located": OPEN.replace("approved", "confirmed"),
            "confirmed": DECIDED.replace("approved", "confirmed"),
        },
        (Step(frozenset({"located"}), Action.LOCATE_PERSON, "/incidents",
              {"action": "confirm", "incident": "{incident}", "location": "1", "note": "Tried."},
              ("locate", "confirm", "1", *WORDS)),),
    ),
    Machine(
        "imports", "import_proposal", "import_id = 1", {"brought": OPEN, "let_in": DECIDED},
        (Step(frozenset({"brought"}), Action.APPROVE_REGISTER, "", {},
              ("register", "import", "--approve", "1")),),
    ),
)  # fmt: skip
TRIED_ELSEWHERE = {"register.transitions"}  # the states of a risk: test_moves, test_governing
NO_DOOR = {"notice.deliveries"}  # only the sender moves an attempt


def make_records(store: Store, deployment_id: str, *, reports: Path, at: dt.datetime) -> dict[str, str]:
    """A record for every machine, made by nobody of the tests. Returns the names that the doors need."""
    here = {"deployment_id": deployment_id, "actor": MAKER, "at": at}
    actions.add_action(
        store, risk_id=RISK, title="Drill", owner="lead", due_on=at.date(), reason="Agreed.", **here
    )
    incident = incidents.open_incident(store, title="A list was old", severity=Severity.S2, **here)
    hold = holds.request_hold(
        store, incident_id=incident, conversation_id="c", thread_id="t", reason="Asked.",
        expires_on=at.date() + dt.timedelta(days=60), actor=MAKER, at=at,
    )  # fmt: skip
    locations.record_location(
        store, subject="m", reason="Hurt.", source_file="a", position=1, why_not="", **here
    )
    appetites.propose(
        store, indicator_id="refusal_rate", side=appetites.Side.ABOVE, watch=0.1, breach=0.2, reason="Board.",
        effective_from=at.date(), **here,
    )  # fmt: skip
    seen = proposals.Evidence(RISK, "privacy_leak", 1e-4, 5e-5, 5e-4, 10_000, "October")
    proposals.propose_rerating(store, evidence=[seen], **here)
    manifest = build_report(reports, deployment_id)
    built = report_submissions.BuiltOnce(deployment_id, REPORT, PERIOD, manifest)
    report_submissions.submit(store, built, actor=MAKER, at=at)
    item = draw_one(store, deployment_id, at=at)
    alarm = SeenAlarm(
        alarm_id="tried", deployment_id=deployment_id, stream_id="level:refusal_rate", cause="tried",
        kind="appetite_exceeded", opened_on=at.date(), closed_on=None, judged_through=at.date(),
        state=CaseState.ALARM,
    )  # fmt: skip
    finding = finding_call.SeenFinding(deployment_id, at.date(), "tried", "unanswered_risk", "u_x", "lexicon")
    with store.write(actor=MAKER, at=at) as write:
        sync_cases(write, deployment_id, [alarm])
        finding_call.call_for_eyes(write, deployment_id, [finding], figures={})
        notice = queue_notice(
            write, key="tried", deployment_id=deployment_id, kind=notice_kinds.NoticeKind.ALARM,
            severity=notice_kinds.NoticeSeverity.ATTENTION, reference_id="alone", link="/alarms",
        )  # fmt: skip
    risk = next(one for one in register.list_risks(store, deployment_id) if one.risk_id == RISK)
    return {
        "risk": RISK, "item": ITEM, "incident": incident, "hold": hold, "manifest": manifest,
        "review_item": item,
        "finding": grave_findings.name_finding(deployment_id, "tried", "u_x"), "notice": str(notice),
        "version": str(risk.version), "reference": risk.reference, "item_reference": "EC-19",
    }  # fmt: skip


def bring_import(store: Store, deployment_id: str, *, at: dt.datetime) -> None:
    """A register that waits to be let in; only where nobody has decided anything yet."""
    here = {"deployment_id": deployment_id, "actor": MAKER, "at": at}
    kind = exchange.ExchangeKind.REGISTER
    document = exchange.read_document(store, kind=kind, deployment_id=deployment_id)
    exchange.propose_import(store, document=document, **here)


def draw_one(store: Store, deployment_id: str, *, at: dt.datetime) -> str:
    """A sample of one item, which nobody has."""
    stratum = reviews.FrameStratum(
        "unflagged_en", "en", 0, False, (reviews.FrameUnit("conversation_tried", (), {}),), 1
    )
    sample = reviews.draw_sample(
        store, deployment_id=deployment_id, week=at.date() - dt.timedelta(days=at.weekday() + 7),
        frame=reviews.Frame((stratum,), "lexicon 1.0.0"), capacity=10, seed=1, actor=MAKER, at=at,
    )  # fmt: skip
    return f"{sample}_item_0001"


def build_report(reports: Path, deployment_id: str) -> str:
    """A small report as it lies on disk. Returns the hash of its manifest."""
    folder = reports / deployment_id / REPORT / PERIOD
    folder.mkdir(parents=True)
    content = b"{}"
    (folder / f"{REPORT}.json").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    manifest = json.dumps(
        {
            "name": REPORT, "deployment_id": deployment_id, "period": PERIOD, "status": "draft",
            "generation": 7, "built_at": "2026-11-01T05:00:00Z", "code_version": "0.1.0",
            "detector_versions": [], "home_kind": "demo",
            "published": {"file": "published-7.duckdb", "path_from_here": "x", "sha256": "a"},
            "suppression": {"hidden_cells": {"all": 0}}, "renderer": {},
            "files": {f"{REPORT}.json": {"sha256": digest, "bytes": len(content)}},
        }
    ).encode()  # fmt: skip
    (folder / "manifest.json").write_bytes(manifest)
    return hashlib.sha256(manifest).hexdigest()
