"""An import brings in nothing that nobody could have decided, and everything that a store lawfully holds."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from risk_register.database.model import ChecklistState
from risk_register.database.store import Store
from risk_register.errors import ContentError
from risk_register.exchange import exchange
from risk_register.exchange.exchange import Document, ExchangeKind, Format
from risk_register.item import checklist, evidence
from risk_register.item.checklist import ItemStatus
from risk_register.register import actions, controls, register
from risk_register.register.register import RiskStatus

DAY = dt.timedelta(days=1)
ITEM, OTHER_ITEM, THIRD_ITEM, FOURTH_ITEM = (
    "intended_use_written", "crisis_testing_passed", "training_data_documented", "drift_monitored",
)  # fmt: skip
RISK, OTHER_RISK = "missed_escalation_of_risk", "privacy_breach"
RATED = {"severity": "S1", "probability": "remote", "rated_by": "anna", "rationale": "Seen.", "version": "3"}
ANSWERED = {"attested_by": "anna", "attested_on": "{today}", "version": "3"}
WAIVED = {"waived_until": "{+180}", "waiver_reason": "Renewed.", "waived_by": "anna",
          "waiver_approved_by": "ben", "version": "3"}  # fmt: skip
Change = Mapping[str, str | None]


@pytest.fixture
def empty(template: Path, tmp_path: Path) -> Store:
    """Another store, in which nothing was decided."""
    return Store(f"sqlite:///{shutil.copy(template, tmp_path / 'other.sqlite')}")


def export(store: Store, table: str) -> Document:
    kind = ExchangeKind.CHECKLIST if table in {"checklist_item", "item_evidence"} else ExchangeKind.REGISTER
    return exchange.read_document(store, kind=kind, deployment_id="demo")


def change_first(document: Document, table: str, change: Change, today: dt.date) -> Document:
    """The document with cells of the first row of a table changed; {today} and {+N} are days."""
    days = {f"{{+{days}}}": (today + days * DAY).isoformat() for days in (1, 30, 31, 180, 181, 366, 367)}
    days["{today}"] = today.isoformat()
    cells = {name: days.get(cell or "", cell) for name, cell in change.items()}
    first, *others = document.tables[table]
    return replace(document, tables={**document.tables, table: ({**first, **cells}, *others)})


def bring(store: Store, document: Document, at: dt.datetime) -> None:
    number = exchange.propose_import(store, deployment_id="demo", document=document, actor="anna", at=at)
    exchange.approve_import(store, deployment_id="demo", import_id=number, actor="ben", at=at)


IMPOSSIBLE: dict[str, tuple[str, Change, str]] = {
    "severity alone": ("risk", {**RATED, "probability": None}, "given together"),
    "rated by nobody": ("risk", {**RATED, "rated_by": None}, "given together"),
    "half a rating that waits": ("risk", {"pending_severity": "S1"}, "given together"),
    "monitored unrated": ("risk", {"state": "monitoring", "version": "3"}, "without a residual rating"),
    "closed unrated": (
        "risk", {"state": "closed", "moved_by": "ben", "version": "3"}, "without a residual rating",
    ),
    "accepted unrated": (
        "risk", {"state": "accepted", "accepted_until": "{+1}", "moved_by": "ben", "version": "3"},
        "without a residual rating",
    ),
    "accepted for ever": ("risk", {**RATED, "state": "accepted", "moved_by": "ben"}, "until which"),
    "accepted for too long": (
        "risk", {**RATED, "state": "accepted", "moved_by": "ben", "accepted_until": "{+181}"},
        "accepted_until .* latest",
    ),
    "accepted in the year 1": (
        "risk", {**RATED, "state": "accepted", "moved_by": "ben", "accepted_until": "0001-01-01"},
        "accepted_until",
    ),
    "accepted by who rated": (
        "risk", {**RATED, "state": "accepted", "moved_by": "anna", "accepted_until": "{+180}"},
        "second person beside anna",
    ),
    "closed by nobody": ("risk", {**RATED, "state": "closed"}, "second person"),
    "reviewed in years": ("risk", {"review_due_on": "{+181}"}, "review_due_on .* latest"),
    "moved without a version": ("risk", {"state": "assessed"}, "at version 1"),
    "a blank owner": ("risk", {"owner": " "}, "owner is blank"),
    "a version beyond a column": ("risk", {"version": "9" * 23}, "is above 2147483647"),
    "effective untested": ("risk_control", {"effectiveness": "effective"}, "day of its test"),
    "tested tomorrow": (
        "risk_control", {"effectiveness": "effective", "tested_on": "{+1}", "test_due_on": "{+30}"},
        "tested_on .* day of the import",
    ),
    "not tested again": (
        "risk_control", {"effectiveness": "effective", "tested_on": "{today}"}, "comes after the last",
    ),
    "met without evidence": (
        "checklist_item", {**ANSWERED, "state": "met", "expires_on": "{+366}"}, "met needs evidence",
    ),
    "met for ever": (
        "checklist_item", {**ANSWERED, "state": "met", "evidence": "a.pdf"}, "on which it expires",
    ),
    "met by nobody": (
        "checklist_item", {"state": "met", "evidence": "a.pdf", "expires_on": "{+30}", "version": "3"},
        "needs attested_by and attested_on",
    ),
    "met in the future": (
        "checklist_item",
        {**ANSWERED, "state": "met", "evidence": "a.pdf", "attested_on": "{+1}", "expires_on": "{+30}"},
        "attested_on .* day of the import",
    ),
    "met in the year 9999": (
        "checklist_item",
        {**ANSWERED, "state": "met", "evidence": "a", "attested_on": "9999-12-31", "expires_on": "{+1}"},
        "attested_on .* day of the import",
    ),
    "exceptions unnamed": (
        "checklist_item",
        {**ANSWERED, "state": "met_with_exceptions", "evidence": "a.pdf", "expires_on": "{+30}"}, "which",
    ),
    "not applicable by one": (
        "checklist_item", {**ANSWERED, "state": "not_applicable", "note": "No.", "approved_by": "anna"},
        "takes two people",
    ),
    "not applicable unapproved": (
        "checklist_item", {**ANSWERED, "state": "not_applicable", "note": "No."}, "takes two people",
    ),
    "waived by one": ("checklist_item", {**WAIVED, "waiver_approved_by": "anna"}, "two people"),
    "waived by nobody": ("checklist_item", {"waived_until": "{+30}", "version": "3"}, "given together"),
    "waived for too long": ("checklist_item", {**WAIVED, "waived_until": "{+181}"}, "waived_until .* latest"),
    "a waiver that waits without an end": (
        "checklist_item", {"pending_by": "anna", "pending_kind": "waiver", "pending_reason": "No."},
        "pending_until None",
    ),
    "a waiver that waits for too long": (
        "checklist_item",
        {"pending_by": "anna", "pending_kind": "waiver", "pending_reason": "No.", "pending_until": "{+181}"},
        "pending_until .* latest",
    ),
    "due in years": ("checklist_item", {"due_on": "{+31}"}, "due_on .* begins today"),
    "answered without a version": (
        "checklist_item", {**ANSWERED, "state": "not_met", "version": "1"}, "at version 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_nobody_could_have_decided_is_refused(empty: Store, at: dt.datetime, name: str) -> None:
    table, change, problem = IMPOSSIBLE[name]
    document = change_first(export(empty, table), table, change, at.date())
    with pytest.raises(ContentError, match=problem) as refused:
        bring(empty, document, at)
    assert str(refused.value).startswith(f"{table} ")
    assert exchange.list_imports(empty, "demo") == ()


POSSIBLE: dict[str, tuple[str, Change]] = {
    "accepted for half a year": (
        "risk", {**RATED, "state": "accepted", "moved_by": "ben", "accepted_until": "{+180}",
                 "review_due_on": "{+180}"},
    ),
    "closed": ("risk", {**RATED, "state": "closed", "moved_by": "ben", "review_due_on": None}),
    "an open risk without a day of review": ("risk", {"review_due_on": None}),
    "met for a year": (
        "checklist_item", {**ANSWERED, "state": "met", "evidence": "a.pdf", "expires_on": "{+366}"},
    ),
    "met before there was a longest answer": (
        "checklist_item", {**ANSWERED, "state": "met", "evidence": "a.pdf", "expires_on": "2099-01-01"},
    ),
    "not met, without a day": ("checklist_item", {**ANSWERED, "state": "not_met"}),
    "not applicable": (
        "checklist_item", {**ANSWERED, "state": "not_applicable", "note": "No.", "approved_by": "ben"},
    ),
    "waived for half a year": ("checklist_item", WAIVED),
    "due in a month": ("checklist_item", {"due_on": "{+30}"}),
}  # fmt: skip


@pytest.mark.parametrize("name", POSSIBLE)
def test_what_two_people_can_decide_comes_in(empty: Store, at: dt.datetime, name: str) -> None:
    table, change = POSSIBLE[name]
    document = change_first(export(empty, table), table, change, at.date())
    bring(empty, document, at)
    assert export(empty, table).tables[table] == document.tables[table]


def test_a_proposal_from_before_there_were_these_rules_is_not_let_in(empty: Store, at: dt.datetime) -> None:
    table, change, problem = IMPOSSIBLE["met without evidence"]
    document = change_first(export(empty, table), table, change, at.date())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exchange, "check_lawful", lambda *_, **__: None)
        number = exchange.propose_import(empty, deployment_id="demo", document=document, actor="anna", at=at)
    with pytest.raises(ContentError, match=problem):
        exchange.approve_import(empty, deployment_id="demo", import_id=number, actor="ben", at=at)


def test_what_has_aged_in_a_store_comes_back_whole(store: Store, empty: Store, at: dt.datetime) -> None:
    decide(store, at)
    for kind in ExchangeKind:
        document = exchange.read_document(store, kind=kind, deployment_id="demo")
        written = exchange.write_document(document, Format.YAML)
        bring(empty, exchange.parse_document(written, Format.YAML), at + 800 * DAY)
        assert exchange.read_document(empty, kind=kind, deployment_id="demo") == document
    lost = {one.item_id for one in checklist.list_items(empty, "demo", as_of=at.date())
            if one.is_evidence_withdrawn}  # fmt: skip
    assert lost == {OTHER_ITEM}


def decide(store: Store, at: dt.datetime) -> None:
    """Decisions of two years ago, some of which only hold together with what was decided since."""
    for risk_id, target in ((RISK, RiskStatus.ACCEPTED), (OTHER_RISK, RiskStatus.CLOSED)):
        given = {"deployment_id": "demo", "risk_id": risk_id, "at": at}
        rating = {"severity": "S5", "probability": "frequent", "rationale": "Seen."}
        register.rate_residual(store, **given, **rating, actor="anna")
        between = (
            (RiskStatus.TREATMENT_PLANNED, RiskStatus.CONTROLS_IN_PLACE, RiskStatus.MONITORING)
            if target is RiskStatus.CLOSED
            else ()
        )
        for state in (RiskStatus.ASSESSED, *between):
            register.move(store, **given, to_state=state, reason="Seen.", actor="anna")
        register.move(store, **given, to_state=target, reason="Seen.", actor="ben")
        register.rate_residual(store, **given, **rating, actor="ben")  # who accepted it looks again
        controls.retire_control(store, **given, number=1, reason="Old.", actor="ben")
    action = {"deployment_id": "demo", "risk_id": RISK, "reason": "Asked.", "actor": "ben", "at": at}
    number = actions.add_action(store, **action, title="Test", owner="ben", due_on=dt.date(2099, 1, 1))
    actions.move_action(store, **action, number=number, to_state="done")
    for item_id in (ITEM, OTHER_ITEM):
        given = {"deployment_id": "demo", "item_id": item_id, "actor": "anna", "at": at}
        number = evidence.add_evidence(
            store, **given, kind="link", title="Plan", location="https://intranet.example"
        )
        answer = {"state": ItemStatus.MET, "evidence": "", "note": "", "expires_on": at.date() + 90 * DAY}
        checklist.attest(store, **given, **answer)
    evidence.withdraw_evidence(store, **given, number=number, reason="Forged.")
    given = {"deployment_id": "demo", "at": at}
    until = at.date() + 180 * DAY
    for item_id in (THIRD_ITEM, FOURTH_ITEM):
        checklist.propose_waiver(store, **given, item_id=item_id, reason="No.", until=until, actor="anna")
    checklist.approve_waiver(store, **given, item_id=THIRD_ITEM, actor="ben")
    with store.write(actor="an_upgrade", at=at) as write:  # answers of before there was a longest one
        write.session.execute(
            update(ChecklistState).filter_by(item_id=ITEM).values(expires_on=dt.date(2099, 1, 1))
        )
        write.record("aged", subject=ITEM)
