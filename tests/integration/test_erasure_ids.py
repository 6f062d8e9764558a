"""Erasure finds a person whatever type the delivered file gives their id; what it overlooks makes it fail."""

from __future__ import annotations

import datetime as dt
import decimal
import io
import json
import uuid
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.ingest.deliver import ingest_folder
from pipelines.ingest.files.lines import LONGEST_LINE
from pipelines.ingest.mapping import load_mapping
from pipelines.ingest.pseudonymise import Pseudonymiser, load_key
from pipelines.ingest.removal.attribution import Attribution
from pipelines.ingest.removal.withdrawal import count_outside, withdraw
from pipelines.lake.lake import Lake
from pipelines.privacy.backup import restore_backup, take_backup
from pipelines.privacy.erasure import ErasureIncompleteError, erase
from pipelines.privacy.request import Request, Surroundings
from pipelines.settings import Home, HomeKind, make_home
from pipelines.tombstones import FILE as TOMBSTONES
from pipelines.tombstones import SubjectKind
from plimsoll.commands.erasing import erase as erase_by_command
from plimsoll.commands.erasing import say as say_receipt
from risk_register.acceptability import Severity
from risk_register.account.accounts import Role, create_account, grant
from risk_register.database.audit import list_entries
from risk_register.database.store import Store, open_store
from risk_register.errors import NotAllowedError
from risk_register.incident.incidents import list_incidents, open_incident
from risk_register.register.deployments import ensure_deployment

NOW = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)
DEPLOYMENT = "night_line"
CANARY = "the ferry to Farholm leaves at noon with seventeen pelicans"
USER, OTHER = "700120", "700121"
MAPPING = """deployment: {id: night_line, zone: UTC}
records:
  - {kind: message, fields: {thread: thread, user: user, role: role, text: text, sent_at: at}}
"""
MONEY = pa.decimal128(20, 2)
UUID = "8f14e45f-ceea-467f-a0e6-123456789abc"


def say(user: object, thread: object, text: str) -> dict[str, object]:
    return {"thread": thread, "user": user, "role": "user", "text": text, "at": "2026-11-28T10:00:00Z"}


def records(
    mine: object, other: object, *, threads: tuple[object, object] = (1, 2)
) -> list[dict[str, object]]:
    return [say(mine, threads[0], CANARY), say(other, threads[1], "good evening")]


def write_array(folder: Path) -> None:
    (folder / "a.json").write_text(json.dumps(records(float(USER), float(OTHER), threads=(1.0, 2.0))))


def write_lines(folder: Path) -> None:
    said = records(float(USER), float(OTHER), threads=("one", "two"))
    (folder / "a.jsonl").write_text("".join(json.dumps(one) + "\n" for one in said))


def write_exponents(folder: Path) -> None:
    said = json.dumps(records(1, 2)).replace('"user": 1', '"user": 7.0012e5')
    (folder / "a.json").write_text(said)


def write_floats(folder: Path) -> None:
    said = [*records(float(USER), float(OTHER), threads=(1.0, 2.0)), say(None, 3.0, "hello")]
    pq.write_table(pa.Table.from_pylist(said), folder / "a.parquet")


def write_decimals(folder: Path) -> None:
    said: list[dict[str, Any]] = records(decimal.Decimal(USER), decimal.Decimal(OTHER))
    table = pa.Table.from_pylist(said)
    pq.write_table(table.set_column(1, "user", table["user"].cast(MONEY)), folder / "a.parquet")


def write_text(folder: Path) -> None:
    pq.write_table(pa.Table.from_pylist(records(USER, OTHER)), folder / "a.parquet")


def write_unread(folder: Path) -> None:
    """What is rejected, for its id is in a list, names the person all the same."""
    said = [*records(int(USER), int(OTHER)), say([int(USER)], 9, CANARY), say(float(OTHER) + 0.5, 8, "x")]
    (folder / "a.jsonl").write_text("".join(json.dumps(one) + "\n" for one in said))


def write_too_long(folder: Path) -> None:
    """A line that no ingest reads, for a picture stands in it, holds what was said all the same."""
    said: list[dict[str, Any]] = [*records(USER, OTHER), {"image": "x" * (LONGEST_LINE + 1)}]
    said[-1] |= say(USER, 1, CANARY)
    (folder / "a.jsonl").write_text("".join(json.dumps(one) + "\n" for one in said))


def write_quotes(folder: Path) -> None:
    """CSV that its export did not quote rightly; what was said goes on in a line without an id."""
    rows = ["thread,user,role,text,at", '1,%s,user,"as "%s" once"\n%s,2026-11-28T10:00:00Z']
    rows += ["2,%s,user,good evening,2026-11-28T10:00:00Z", '1,%s,user,"she said "\n%s"x",']
    content = "\n".join(rows) % (USER, "I said", "no", OTHER, USER, CANARY)
    (folder / "a.csv").write_text(content + "\n")


def write_broken_lines(folder: Path) -> None:
    """A record over several lines, where one a line is expected: the id is in one, the words in another."""
    said = [*records(USER, OTHER)]
    (folder / "a.jsonl").write_text("\n".join([json.dumps(said[1]), json.dumps(said[0], indent=1), "{"]))


WRITERS = [
    write_array, write_lines, write_exponents, write_floats, write_decimals, write_text, write_unread,
    write_too_long, write_quotes, write_broken_lines,
]  # fmt: skip


def make_place(path: Path, write: Any) -> Home:
    home = make_home(Home(path), HomeKind.REAL)
    folder = home.inbox / DEPLOYMENT
    folder.mkdir()
    (folder / "mapping.yaml").write_text(MAPPING)
    write(folder)
    ingest_folder(home, folder, load_mapping(folder / "mapping.yaml"), received_on=NOW.date())
    return home


def run(home: Home, raw: str = USER) -> dict[str, Any]:
    user = Pseudonymiser(load_key(home.keys)).identify("user", DEPLOYMENT, raw)
    store = Store(home.governance_url)
    store.upgrade()
    return erase(
        home, store, Request(DEPLOYMENT, SubjectKind.USER, user, frozenset({raw})),
        around=Surroundings(withdraw, lambda: None, count_outside), actor="tester", at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize("write", WRITERS, ids=lambda one: one.__name__)
def test_a_person_is_found_in_delivered_files_whatever_type_their_id_has(
    tmp_path: Path, decoded_search, write: Any
) -> None:
    home = make_place(tmp_path / "home", write)
    assert f"inbox/{DEPLOYMENT}" in decoded_search.layers(decoded_search.search(home.path, [CANARY])[CANARY])
    receipt = run(home)
    assert receipt["state"] == "complete"
    assert any(one["store"].startswith("inbox/") for one in receipt["stores"])
    assert decoded_search.search(home.path, [CANARY, USER]) == {}
    left = "good evening"
    assert f"inbox/{DEPLOYMENT}" in decoded_search.layers(decoded_search.search(home.path, [left])[left])


@pytest.mark.parametrize("write", WRITERS, ids=lambda one: one.__name__)
def test_what_was_erased_does_not_return_with_a_backup_of_the_inbox(
    tmp_path: Path, decoded_search, write: Any
) -> None:
    home = make_place(tmp_path / "home", write)
    open_store(home.governance_url)
    take_backup(home, tmp_path / "b.tar", at=NOW, has_keys=True, has_inbox=True)
    assert run(home)["state"] == "complete"
    restored = Home(tmp_path / "restored")
    restore_backup(tmp_path / "b.tar", restored, tombstones=home.keys / TOMBSTONES, withdraw=withdraw, at=NOW)
    assert decoded_search.search(restored.path, [CANARY, USER]) == {}
    assert decoded_search.search(restored.path, ["good evening"])["good evening"]


def test_a_uuid_of_a_typed_file_is_the_same_id_as_its_text(tmp_path: Path, decoded_search) -> None:
    def write(folder: Path) -> None:
        table = pa.Table.from_pylist(records(UUID, str(uuid.UUID(int=1))))
        raw = [uuid.UUID(one).bytes for one in table["user"].to_pylist()]
        column = pa.ExtensionArray.from_storage(pa.uuid(), pa.array(raw, pa.binary(16)))
        pq.write_table(table.set_column(1, "user", column), folder / "a.parquet")

    home = make_place(tmp_path / "home", write)
    assert run(home, UUID)["state"] == "complete"
    assert decoded_search.search(home.path, [CANARY]) == {}


@pytest.mark.parametrize("write", [write_lines, write_floats], ids=lambda one: one.__name__)
def test_an_erasure_fails_where_an_ingest_would_still_read_the_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Any
) -> None:
    home = make_place(tmp_path / "home", write)
    with monkeypatch.context() as patch:
        patch.setattr(Attribution, "find_items", lambda *_: set())
        with pytest.raises(ErasureIncompleteError, match="would still read 1 messages") as told:
            run(home)
    assert (CANARY in str(told.value), USER in str(told.value)) == (False, False)
    assert run(home)["state"] == "complete"


def test_what_nobody_can_read_in_another_deployment_stays_though_the_same_word_stands_in_it(
    tmp_path: Path,
) -> None:
    home = make_place(tmp_path / "home", write_unread)
    folder = home.inbox / "other_line"
    folder.mkdir()
    (folder / "mapping.yaml").write_text(MAPPING.replace(DEPLOYMENT, "other_line"))
    write_unread(folder)
    before = (folder / "a.jsonl").read_bytes()
    ingest_folder(home, folder, load_mapping(folder / "mapping.yaml"), received_on=NOW.date())
    receipt = run(home)
    assert [one["store"] for one in receipt["stores"] if one["store"].startswith("inbox/")] == [
        f"inbox/{DEPLOYMENT}/a.jsonl"
    ]
    assert (folder / "a.jsonl").read_bytes() == before
    rejected = Lake(home.lake).read("ledger.rejected")
    assert rejected is not None
    assert rejected["deployment_id"].to_pylist().count("other_line") == 2


def test_a_name_of_a_file_that_holds_the_id_is_told_without_it(tmp_path: Path) -> None:
    def write(folder: Path) -> None:
        said = "".join(json.dumps(one) + "\n" for one in records(USER, OTHER))
        (folder / f"js-{USER} 2026-11-20.jsonl").write_text(said)

    receipt = run(make_place(tmp_path / "home", write))
    assert USER not in json.dumps(receipt)
    named = {one["store"]: one["rows_erased"] for one in receipt["stores"]}
    assert named[f"inbox/{DEPLOYMENT}/js-[erased] 2026-11-20.jsonl"] == 1
    kept = [one["what"] for one in receipt["kept"]]
    assert "1 names of delivered files in the ledger that hold an id" in kept
    assert "1 names of delivered files in the inbox that hold an id" in kept


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_an_id_that_begins_or_ends_with_a_blank_is_the_one_that_was_delivered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, decoded_search, *, end: str
) -> None:
    home = make_place(
        tmp_path / "home",
        lambda folder: (folder / "a.json").write_text(json.dumps(records(" ada ", "ada"))),
    )
    monkeypatch.setattr("plimsoll.commands.erasing.publish_again", lambda _: None)
    monkeypatch.setattr("sys.stdin", io.StringIO(f" ada {end}", newline=""))
    erase_by_command(user="-", home=home.path)
    assert decoded_search.search(home.path, [CANARY]) == {}
    assert decoded_search.search(home.path, ["good evening"])["good evening"]


def test_who_ordered_it_is_in_the_audit_and_in_the_receipt_also_when_somebody_else_completes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    home = make_place(tmp_path / "home", write_lines)
    store = open_store(home.governance_url)
    ensure_deployment(store, deployment_id=DEPLOYMENT, title="Night line", actor="tester", at=NOW)
    for name, role in (("anna", Role.COMPLIANCE), ("viktor", Role.VIEWER)):
        create_account(store, name=name, actor="tester", at=NOW)
        grant(store, name=name, role=role, deployment_id=DEPLOYMENT, actor="tester", at=NOW)

    def order(account: str | None) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(USER))
        erase_by_command(user="-", account=account, home=home.path, as_json=True)

    def die(_: Home) -> None:
        raise KeyboardInterrupt

    with pytest.raises(NotAllowedError, match="viktor may not erase on night_line"):
        order("viktor")
    assert not (home.path / "receipts").exists()
    monkeypatch.setattr("plimsoll.commands.erasing.publish_again", die)
    with pytest.raises(KeyboardInterrupt):
        order("anna")
    monkeypatch.setattr("plimsoll.commands.erasing.publish_again", lambda _: None)
    capfd.readouterr()
    order(None)
    receipt = json.loads(capfd.readouterr().out)
    assert (receipt["state"], receipt["asked_by"]) == ("complete", "anna")
    assert "  asked for by anna\n" in say_receipt(receipt)
    (entry,) = list_entries(store, action="erasure")
    assert (entry.subject, entry.actor) == (receipt["receipt_id"], "command_line")
    assert entry.details["asked_by"] == "anna"
    monkeypatch.setattr("sys.stdin", io.StringIO(OTHER))
    erase_by_command(user="-", account="anna", home=home.path)
    assert list_entries(store, action="erasure")[0].actor == "anna"


def test_an_id_that_somebody_wrote_into_an_incident_goes_and_is_counted(
    tmp_path: Path, decoded_search
) -> None:
    home = make_place(tmp_path / "home", write_lines)
    user = Pseudonymiser(load_key(home.keys)).identify("user", DEPLOYMENT, USER)
    store = Store(home.governance_url)
    store.upgrade()
    ensure_deployment(store, deployment_id=DEPLOYMENT, title="Night line", actor="tester", at=NOW)
    open_incident(
        store, deployment_id=DEPLOYMENT, title="No number", description=f"As {user} was told.",
        severity=Severity.S3, actor="tester", at=NOW,
    )  # fmt: skip
    receipt = run(home)
    assert receipt["state"] == "complete"
    counts = {one["store"]: one["rows_erased"] for one in receipt["stores"]}
    assert counts["register/incident"] == 1
    assert list_incidents(store, DEPLOYMENT)[0].description == "As [erased] was told."
    assert decoded_search.search(home.path, [user]) == {}
