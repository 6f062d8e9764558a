"""What leaves a store comes back whole in every format, needs two people, and is never a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.errors import ContentError, NotAllowedError, SelfApprovalError, UnknownRecordError
from risk_register.exchange import exchange
from risk_register.exchange.exchange import Document, ExchangeKind, Format
from risk_register.item import checklist
from risk_register.item import evidence as item_evidence
from risk_register.item import tasks as item_tasks
from risk_register.item.evidence_files import StoredFile
from risk_register.register import actions, controls, register

NASTY = (
    "=HYPERLINK(\"http://example.org\")", "+1", "-1", "@SUM(A1)", "\ttab", "'quote", "''two", "1,5;\"x\"",
    "two\nlines", "carriage\r\nreturn", "back\\slash \\u000d", "_x000D_", " space ", "ünïcödé 🛟", "null",
    "007", "2026-11-23", "true", "bell\x07",
)  # fmt: skip
KINDS = list(ExchangeKind)


@pytest.fixture(scope="module")
def decided_once(template: Path, tmp_path_factory: pytest.TempPathFactory, at: dt.datetime) -> Path:
    """A store in which two people decided things with every kind of text."""
    path = tmp_path_factory.mktemp("decided") / "governance.sqlite"
    store = Store(f"sqlite:///{shutil.copy(template, path)}")
    risks, items = register.list_risks(store, "demo"), checklist.list_items(store, "demo", as_of=at.date())
    for number, words in enumerate(NASTY):
        risk, item = risks[number % len(risks)], items[number]
        register.rate_residual(
            store, deployment_id="demo", risk_id=risk.risk_id, severity=risk.inherent.severity,
            probability=risk.inherent.probability, rationale=f"{words}", actor="safety_officer", at=at,
        )  # fmt: skip
        checklist.attest(
            store, deployment_id="demo", item_id=item.item_id, state="met_with_exceptions", evidence=words,
            note=words, actor="compliance", at=at, expires_on=dt.date(2027, 5, 1),
        )  # fmt: skip
        register.comment(store, deployment_id="demo", risk_id=risk.risk_id, body=words, actor="viewer", at=at)
        who = {"deployment_id": "demo", "risk_id": risk.risk_id, "actor": "safety_officer", "at": at}
        control = controls.add_control(
            store, title=words, kind="information", owner=words, reason=words, **who
        )
        controls.record_test(store, number=control, effectiveness="effective", tested_on=at.date(),
                             reason=words, **who)  # fmt: skip
        actions.add_action(store, title=words, owner=words, due_on=at.date(), reason=words, **who)
        item_evidence.add_evidence(
            store, deployment_id="demo", item_id=item.item_id, kind="file", title=words, location="a.pdf",
            actor="compliance", at=at, file=StoredFile("a" * 64, 7),
        )  # fmt: skip
    decide_more(store, risks[1].risk_id, items[1].item_id, at)
    first = risks[0].risk_id
    register.rate_residual(store, deployment_id="demo", risk_id=first, severity="S1",
                           probability="improbable", rationale="R;=1\n =2", actor="first", at=at)  # fmt: skip
    register.assign_owner(store, deployment_id="demo", risk_id=first, owner="=cmd", reason="Asked.",
                          actor="safety_officer", at=at)  # fmt: skip
    register.move(store, deployment_id="demo", risk_id=first, to_state="assessed", reason="@now",
                  actor="safety_officer", at=at)  # fmt: skip
    return path


@pytest.fixture
def decided(decided_once: Path, store_path: Path) -> Store:
    """A store of the test's own with these decisions."""
    return Store(f"sqlite:///{shutil.copy(decided_once, store_path)}")


def decide_more(store: Store, risk_id: str, item_id: str, at: dt.datetime) -> None:
    """A retired control, a done action, an acceptance, a waiver, withdrawn evidence, a closed task."""
    by = "safety_officer"
    who = {"deployment_id": "demo", "risk_id": risk_id, "reason": "=done", "actor": by, "at": at}
    controls.retire_control(store, number=1, **who)
    actions.move_action(store, number=1, to_state="done", **who)
    register.move(store, to_state="assessed", **who)
    register.move(store, to_state="accepted", **{**who, "actor": "compliance"})
    item = {"deployment_id": "demo", "item_id": item_id, "at": at}
    checklist.propose_waiver(
        store, reason="-1", until=at.date() + dt.timedelta(days=9), actor="safety_officer", **item
    )
    checklist.approve_waiver(store, actor="compliance", **item)
    item_evidence.withdraw_evidence(store, number=1, reason="Old.", actor="compliance", **item)
    found = checklist.list_items(store, "demo", as_of=at.date())
    breached = {name: "breach" for one in found for name in one.contradicting_indicators}
    tasks = item_tasks.open_tasks(
        store, deployment_id="demo", items=found, statuses=breached, actor="pipelines", at=at
    )
    item_tasks.close_task(
        store, deployment_id="demo", task_id=tasks[0], outcome="@seen", actor="compliance", at=at
    )


@pytest.fixture
def empty(template: Path, tmp_path: Path) -> Store:
    """Another store, in which nothing was decided."""
    return Store(f"sqlite:///{shutil.copy(template, tmp_path / 'other.sqlite')}")


def read(store: Store, kind: ExchangeKind) -> Document:
    return exchange.read_document(store, kind=kind, deployment_id="demo")


def bring(store: Store, document: Document, at: dt.datetime, actor: str = "compliance") -> int:
    return exchange.propose_import(store, deployment_id="demo", document=document, actor=actor, at=at)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("file_format", list(Format))
def test_an_export_read_into_an_empty_store_gives_the_same_bytes(
    decided: Store, empty: Store, at: dt.datetime, kind: ExchangeKind, file_format: Format
) -> None:
    written = exchange.write_document(read(decided, kind), file_format)
    document = exchange.parse_document(written, file_format)
    assert document == read(decided, kind)
    number = bring(empty, document, at)
    exchange.approve_import(empty, deployment_id="demo", import_id=number, actor="safety_officer", at=at)
    assert read(empty, kind) == read(decided, kind)
    assert exchange.write_document(read(empty, kind), file_format) == written


def test_what_was_imported_reads_like_what_was_decided(decided: Store, empty: Store, at: dt.datetime) -> None:
    exchange.approve_import(
        empty,
        deployment_id="demo",
        import_id=bring(empty, read(decided, ExchangeKind.REGISTER), at),
        actor="other",
        at=at,
    )
    risks = register.list_risks(empty, "demo")
    assert risks == register.list_risks(decided, "demo")
    assert risks[0].pending is not None
    first = risks[0].risk_id
    histories = [register.history(one, deployment_id="demo", risk_id=first) for one in (empty, decided)]
    assert histories[0] == histories[1]
    assert len(histories[0]) >= 4
    with pytest.raises(SelfApprovalError):
        register.approve_rating(empty, deployment_id="demo", risk_id=risks[0].risk_id, actor="first", at=at)
    assert audit.verify_chain(empty).is_intact


@pytest.mark.parametrize("kind", KINDS)
def test_no_cell_of_a_table_is_a_formula(decided: Store, kind: ExchangeKind) -> None:
    document = read(decided, kind)
    text = exchange.write_document(document, Format.CSV).decode()
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [cell for cell in cells if re.search(r"(^|[;\r\n])[ \t]*[=+\-@]|^[\t\r\n]", cell)]
    workbook = exchange.write_document(document, Format.XLSX)
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/")]
    assert not [sheet for sheet in sheets if b"<f>" in sheet or b"<f " in sheet]
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value}
    assert kinds == {"s"}


def test_an_import_needs_a_second_person_and_happens_once(
    decided: Store, empty: Store, at: dt.datetime
) -> None:
    number = bring(empty, read(decided, ExchangeKind.REGISTER), at)
    assert all(risk.version == 1 for risk in register.list_risks(empty, "demo"))
    with pytest.raises(SelfApprovalError, match="another person must let it in"):
        exchange.approve_import(empty, deployment_id="demo", import_id=number, actor="compliance", at=at)
    exchange.approve_import(empty, deployment_id="demo", import_id=number, actor="safety_officer", at=at)
    with pytest.raises(NotAllowedError, match="let in by safety_officer already"):
        exchange.approve_import(empty, deployment_id="demo", import_id=number, actor="third", at=at)
    record = exchange.list_imports(empty, "demo")[0]
    assert (record.proposed_by, record.approved_by) == ("compliance", "safety_officer")
    entry = audit.list_entries(empty, action="import_approved")[0]
    assert entry.details["content_hash"] == record.content_hash
    with pytest.raises(UnknownRecordError, match="no import 99"):
        exchange.approve_import(empty, deployment_id="demo", import_id=99, actor="third", at=at)


@pytest.mark.parametrize("kind", KINDS)
def test_an_import_never_overwrites_a_decision(decided: Store, at: dt.datetime, kind: ExchangeKind) -> None:
    with pytest.raises(NotAllowedError, match="an import would overwrite"):
        bring(decided, read(decided, kind), at)


def test_a_decision_made_after_an_import_was_brought_stops_it(
    decided: Store, empty: Store, at: dt.datetime
) -> None:
    number = bring(empty, read(decided, ExchangeKind.REGISTER), at)
    risk_id = register.list_risks(empty, "demo")[3].risk_id
    register.assign_owner(empty, deployment_id="demo", risk_id=risk_id, owner="officer", reason="r",
                          actor="safety_officer", at=at)  # fmt: skip
    with pytest.raises(NotAllowedError, match="overwrite"):
        exchange.approve_import(empty, deployment_id="demo", import_id=number, actor="safety_officer", at=at)
    assert register.list_risks(empty, "demo")[0].version == 1


def test_an_import_leaves_other_deployments_as_they_are(
    decided: Store, empty: Store, at: dt.datetime
) -> None:
    register.ensure_deployment(empty, deployment_id="other", title="Other", actor="command_line", at=at)

    def read_other() -> list[Document]:
        return [exchange.read_document(empty, kind=kind, deployment_id="other") for kind in KINDS]

    before = read_other()
    assert all(before[0].tables[name] for name in ("risk", "risk_control"))
    for kind in KINDS:
        number = bring(empty, read(decided, kind), at)
        exchange.approve_import(empty, deployment_id="demo", import_id=number, actor="safety_officer", at=at)
    assert read_other() == before


def test_a_document_of_another_deployment_is_refused(decided: Store, empty: Store, at: dt.datetime) -> None:
    document = replace(read(decided, ExchangeKind.REGISTER), deployment_id="other")
    with pytest.raises(NotAllowedError, match="is of other, not of demo"):
        bring(empty, document, at)
    with pytest.raises(UnknownRecordError, match="nowhere"):
        exchange.read_document(decided, kind=ExchangeKind.REGISTER, deployment_id="nowhere")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"state": "finished"}, "risk harmful_advice_acted_on, state: 'finished' cannot be read"),
        ({"version": "two"}, "risk harmful_advice_acted_on, version: 'two' cannot be read"),
        ({"version": "0"}, "'0' is below 1"),
        ({"review_due_on": "soon"}, "review_due_on: 'soon' cannot be read"),
        ({"state": None}, "state: is missing"),
        ({"risk_id": "no_such_risk"}, "there is no no_such_risk here"),
        ({"colour": "red"}, "there is no column colour"),
    ],
)
def test_a_wrong_document_is_refused_with_table_row_and_column(
    decided: Store, empty: Store, at: dt.datetime, change: dict[str, str | None], problem: str
) -> None:
    document = read(decided, ExchangeKind.REGISTER)
    first, *others = document.tables["risk"]
    wrong = replace(document, tables={**document.tables, "risk": ({**first, **change}, *others)})
    with pytest.raises(ContentError, match=problem):
        bring(empty, wrong, at)


@pytest.mark.parametrize(
    ("table", "change", "problem"),
    [
        ("risk_comment", {"at": "2026-11-23T09:00:00"}, "at: '2026-11-23T09:00:00' has no zone"),
        ("risk_action", {}, r"risk_action: harmful_advice_acted_on \d+ stands twice"),
    ],
)
def test_a_moment_without_a_zone_and_a_number_that_stands_twice_are_refused(
    decided: Store, empty: Store, at: dt.datetime, *, table: str, change: dict[str, str], problem: str
) -> None:
    document = read(decided, ExchangeKind.REGISTER)
    rows = document.tables[table]
    wrong = replace(document, tables={**document.tables, table: (*rows, {**rows[0], **change})})
    with pytest.raises(ContentError, match=problem):
        bring(empty, wrong, at)


def test_a_row_that_stands_twice_and_a_missing_table_are_refused(decided: Store) -> None:
    document = read(decided, ExchangeKind.REGISTER)
    twice = replace(document, tables={"risk": (document.tables["risk"][0],) * 2, "risk_change": ()})
    lacking = replace(document, tables={"risk": ()})
    for wrong, problem in [(twice, "stands twice"), (lacking, "needed: risk, risk_change")]:
        with pytest.raises(ContentError, match=problem):
            exchange.parse_document(exchange.write_document(wrong, Format.YAML), Format.YAML)


@pytest.mark.parametrize("file_format", list(Format))
@pytest.mark.parametrize("content", [b"", b"nothing", b"\xff\xfe\x00", b"a,b\r\n1,2\r\n", b"[1, 2]"])
def test_a_file_that_is_something_else_is_one_clear_error(file_format: Format, content: bytes) -> None:
    with pytest.raises(ContentError, match="is not a"):
        exchange.parse_document(content, file_format)


def test_a_text_too_long_for_a_workbook_is_said_and_fits_elsewhere(store: Store, at: dt.datetime) -> None:
    risk = register.list_risks(store, "demo")[0]
    register.rate_residual(
        store, deployment_id="demo", risk_id=risk.risk_id, severity=risk.inherent.severity,
        probability=risk.inherent.probability, rationale="x" * 32_768, actor="a", at=at,
    )  # fmt: skip
    document = read(store, ExchangeKind.REGISTER)
    with pytest.raises(ContentError, match="32,768 characters"):
        exchange.write_document(document, Format.XLSX)
    for file_format in (Format.YAML, Format.CSV):
        written = exchange.write_document(document, file_format)
        assert exchange.parse_document(written, file_format) == document


SMALL = "Seen. (stigma_rate_per_1000 for age_band 13-17: 0.027 of 37, at most 0.142 (95 %), so frequent; May)"


def test_a_small_cell_behind_the_reason_of_a_rating_does_not_leave(store: Store, at: dt.datetime) -> None:
    first, second = register.list_risks(store, "demo")[:2]
    for risk, probability in ((first, "frequent"), (second, "improbable")):
        register.rate_residual(
            store, deployment_id="demo", risk_id=risk.risk_id, severity="S5", probability=probability,
            rationale=SMALL, actor="safety_officer", at=at,
        )  # fmt: skip
    document = exchange.read_document(store, kind=ExchangeKind.REGISTER, deployment_id="demo")
    risks = {row["risk_id"]: row for row in document.tables["risk"]}
    assert "Seen." in str(risks[first.risk_id]["rationale"])
    assert "Seen." in str(risks[second.risk_id]["pending_rationale"])
    assert "Seen." in str(document.tables["risk_change"])
    assert "of 37" not in str(document.tables)
