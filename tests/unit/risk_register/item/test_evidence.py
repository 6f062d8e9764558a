"""Evidence is kept under its hash, withdrawn but never deleted, and a file that was changed is noticed."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import pytest

from risk_register.database.store import Store
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.item import checklist
from risk_register.item import evidence as item_evidence
from risk_register.item.checklist import ItemStatus
from risk_register.item.evidence import EvidenceKind
from risk_register.item.evidence_files import LARGEST_FILE, FileState, check_file, keep_file, read_file

ITEM = "crisis_testing_passed"


def add(store: Store, at: dt.datetime, **more: Any) -> int:
    given = {"kind": EvidenceKind.LINK, "title": "Protocol", "location": "https://intranet.example/protocol"}
    return item_evidence.add_evidence(
        store, **{**given, "deployment_id": "demo", "item_id": ITEM, "actor": "compliance", "at": at, **more}
    )


def test_a_file_is_kept_under_its_hash_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first, second = keep_file(tmp_path / "evidence", b"scores"), keep_file(tmp_path / "evidence", b"scores")
    assert first == second
    assert first.content_hash == hashlib.sha256(b"scores").hexdigest()
    files = list((tmp_path / "evidence").iterdir())
    assert [file.name for file in files] == [first.content_hash]
    assert files[0].stat().st_mode & 0o777 == 0o600
    assert read_file(tmp_path / "evidence", first.content_hash) == b"scores"


def test_a_file_that_was_changed_or_lost_is_noticed(tmp_path: Path) -> None:
    kept = keep_file(tmp_path, b"scores")
    assert check_file(tmp_path, kept.content_hash) is FileState.KEPT
    (tmp_path / kept.content_hash).write_bytes(b"better scores")
    assert check_file(tmp_path, kept.content_hash) is FileState.CHANGED
    with pytest.raises(UnknownRecordError, match="is changed"):
        read_file(tmp_path, kept.content_hash)
    keep_file(tmp_path, b"scores")
    assert check_file(tmp_path, kept.content_hash) is FileState.KEPT
    (tmp_path / kept.content_hash).unlink()
    assert check_file(tmp_path, kept.content_hash) is FileState.MISSING


@pytest.mark.parametrize("content", [b"", b"x" * (LARGEST_FILE + 1)], ids=["empty", "too large"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotAllowedError, match="holds 1 to"):
        keep_file(tmp_path, content)


def test_kept_evidence_is_enough_for_an_item_that_is_met(
    store: Store, at: dt.datetime, tmp_path: Path
) -> None:
    def attest() -> None:
        checklist.attest(
            store, deployment_id="demo", item_id=ITEM, state=ItemStatus.MET, evidence="", note="",
            actor="compliance", at=at, expires_on=at.date() + dt.timedelta(days=90),
        )  # fmt: skip

    with pytest.raises(NotAllowedError, match="needs evidence"):
        attest()
    kept = keep_file(tmp_path, b"scores")
    number = add(store, at, kind=EvidenceKind.FILE, location="scores.pdf", file=kept)
    attest()
    item_evidence.withdraw_evidence(
        store, deployment_id="demo", item_id=ITEM, number=number, reason="Superseded.", actor="compliance",
        at=at,
    )  # fmt: skip
    with pytest.raises(NotAllowedError, match="needs evidence"):
        attest()
    found = item_evidence.list_evidence(store, "demo")
    assert [(one.content_hash, one.withdrawn_by) for one in found] == [(kept.content_hash, "compliance")]


@pytest.mark.parametrize(("words", "is_lost"), [("", True), ("a.pdf, approved in June", False)])
def test_an_answer_whose_only_evidence_was_withdrawn_is_not_met_until_there_is_other(
    store: Store, at: dt.datetime, words: str, is_lost: bool
) -> None:
    number = add(store, at)
    checklist.attest(
        store, deployment_id="demo", item_id=ITEM, state=ItemStatus.MET, evidence=words, note="",
        actor="compliance", at=at, expires_on=at.date() + dt.timedelta(days=90),
    )  # fmt: skip

    def read() -> tuple[bool, bool, bool]:
        listed = checklist.list_items(store, "demo", as_of=at.date())
        item = next(one for one in listed if one.item_id == ITEM)
        assert item.state is ItemStatus.MET
        return item.is_evidence_withdrawn, item.is_met_on(at.date()), item.is_overdue

    assert read() == (False, True, False)
    item_evidence.withdraw_evidence(
        store, deployment_id="demo", item_id=ITEM, number=number, reason="Forged.", actor="officer", at=at
    )
    assert read() == (is_lost, not is_lost, is_lost)
    add(store, at)
    assert read() == (False, True, False)


def test_a_waiver_ends_that_it_is_overdue_and_not_that_it_is_not_met(store: Store, at: dt.datetime) -> None:
    number = add(store, at)
    given = {"deployment_id": "demo", "item_id": ITEM, "at": at}
    checklist.attest(
        store, **given, state=ItemStatus.MET, evidence="", note="", actor="compliance",
        expires_on=at.date() + dt.timedelta(days=90),
    )  # fmt: skip
    checklist.propose_waiver(
        store, **given, reason="Renewed.", until=at.date() + dt.timedelta(days=9), actor="compliance"
    )
    checklist.approve_waiver(store, **given, actor="officer")
    item_evidence.withdraw_evidence(store, **given, number=number, reason="Forged.", actor="officer")
    item = next(one for one in checklist.list_items(store, "demo", as_of=at.date()) if one.item_id == ITEM)
    assert (item.is_met_on(at.date()), item.is_overdue) == (False, False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"location": "ftp://files.example"},
        {"location": "javascript:alert(1)"},
        {"location": " "},
        {"title": "x" * 201},
        {"kind": EvidenceKind.FILE},
    ],
)
def test_evidence_that_shows_nothing_is_refused(store: Store, at: dt.datetime, wrong: dict[str, Any]) -> None:
    with pytest.raises(NotAllowedError):
        add(store, at, **wrong)
    assert item_evidence.list_evidence(store, "demo") == ()


def test_evidence_is_withdrawn_once_and_with_a_reason(store: Store, at: dt.datetime) -> None:
    number = add(store, at)
    given = {"deployment_id": "demo", "item_id": ITEM, "number": number, "actor": "officer", "at": at}
    with pytest.raises(NotAllowedError, match="reason"):
        item_evidence.withdraw_evidence(store, reason=" ", **given)
    item_evidence.withdraw_evidence(store, reason="Old.", **given)
    with pytest.raises(NotAllowedError, match="withdrawn by officer"):
        item_evidence.withdraw_evidence(store, reason="Old.", **given)
    with pytest.raises(UnknownRecordError):
        item_evidence.withdraw_evidence(store, reason="Old.", **{**given, "number": 9})
