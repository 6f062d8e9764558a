"""After an erasure nothing of the person is found anywhere, everybody else's rows are as they were, and the
receipt adds up; killed anywhere, the same request completes; a hold comes first.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipelines.detect.overlap import hash_text
from pipelines.errors import StateError
from pipelines.hold import add_hold, release_hold
from pipelines.ingest.deliver import ingest_folder
from pipelines.ingest.mapping import load_mapping
from pipelines.ingest.pseudonymise import Pseudonymiser, load_key
from pipelines.ingest.removal.withdrawal import count_outside, withdraw
from pipelines.lake.lake import Lake
from pipelines.privacy import erasure
from pipelines.privacy.erasure import ErasureIncompleteError, erase, sweep_erased
from pipelines.privacy.receipt import is_genuine
from pipelines.privacy.request import Request, Surroundings
from pipelines.reviewed_text import models_folder, read_reviewed_texts, write_reviewed
from pipelines.settings import Home
from pipelines.stale import stale_days
from pipelines.tombstones import SubjectKind
from plimsoll.commands.erasing import publish_again
from risk_register.database.audit import list_entries
from risk_register.database.store import Store

NOW = dt.datetime(2026, 8, 20, 9, tzinfo=dt.UTC)
DEPLOYMENT = "replay_companion"
USER = "user of planted"
TWO_PEOPLE = {"requested_by": "counsel", "approved_by": "compliance"}
OTHERS_THREAD = "day1-2"


@pytest.fixture
def place(copy: Callable[[Path], Path], ingested: Path, logs: Path, mapping: Path) -> Home:
    """A home that has taken in the files that lie in its inbox."""
    return with_inbox(copy(ingested), logs, mapping)


def with_inbox(path: Path, logs: Path, mapping: Path) -> Home:
    home = Home(path)
    folder = home.inbox / DEPLOYMENT
    shutil.copytree(logs, folder)
    shutil.copy(mapping, folder / "mapping.yaml")
    return home


def leave_aside(home: Home, *words: str) -> None:
    """What an ingest that was killed had fetched."""
    folder = home.aside / "deliveries" / "now"
    folder.mkdir(parents=True)
    (folder / "rows.jsonl").write_text(" ".join(words))


def identify(home: Home, purpose: str, raw: str) -> str:
    return Pseudonymiser(load_key(home.keys)).identify(purpose, DEPLOYMENT, raw)


def ask(home: Home, raw: str = USER) -> Request:
    return Request(DEPLOYMENT, SubjectKind.USER, identify(home, "user", raw), frozenset({raw}))


def store_of(home: Home) -> Store:
    store = Store(home.governance_url)
    store.upgrade()
    return store


def run(home: Home, request: Request | None = None, **around: Any) -> dict[str, Any]:
    settings = {"withdraw": withdraw, "publish": lambda: None, "count_outside": count_outside} | around
    return erase(
        home, store_of(home), request or ask(home), around=Surroundings(**settings), actor="tester", at=NOW
    )


def rows_of(home: Home, name: str, *, user: str) -> pa.Table:
    rows = Lake(home.lake).read(name)
    assert rows is not None
    return rows.filter(pc.equal(rows["user_id"], user))


def rows_of_others(home: Home, name: str, *, user: str) -> pa.Table:
    rows = Lake(home.lake).read(name)
    assert rows is not None
    return rows.filter(pc.not_equal(rows["user_id"], user)).sort_by(
        [(column, "ascending") for column in rows.schema.names]
    )


def test_nothing_of_an_erased_person_is_found_and_everybody_else_is_as_before(
    copy, computed: Path, *, logs: Path, mapping: Path, export, decoded_search
) -> None:
    home = with_inbox(copy(computed), logs, mapping)
    user = identify(home, "user", USER)
    thread = identify(home, "thread", "planted")
    gone = [
        export.CANARY,
        user,
        thread,
        *rows_of(home, "staging.message", user=user)["message_id"].to_pylist(),
    ]
    before = decoded_search.search(home.path, [*gone, USER])
    assert decoded_search.layers(before[export.CANARY]) == {"lake/staging", f"inbox/{DEPLOYMENT}"}
    assert {"lake/staging", "lake/fact"} <= decoded_search.layers(before[user])
    assert f"inbox/{DEPLOYMENT}" in decoded_search.layers(before[USER])
    names = ("staging.message", "staging.conversation", "staging.event", "fact.conversation", "fact.message")
    kept = {name: rows_of_others(home, name, user=user) for name in names}
    published = sorted(path.name for path in home.published.glob("*.duckdb"))
    leave_aside(home, USER, export.CANARY)

    receipt = run(home, publish=lambda: publish_again(home))

    assert decoded_search.search(home.path, [*gone, USER]) == {}
    assert {name: rows_of_others(home, name, user=user).equals(rows) for name, rows in kept.items()} == (
        dict.fromkeys(names, True)
    )
    assert stale_days(home) == []
    assert sorted(path.name for path in home.published.glob("*.duckdb")) != published
    assert receipt["state"] == "complete"
    assert any(one["store"].startswith("inbox/") for one in receipt["stores"])
    for one in receipt["stores"]:
        assert one["rows_before"] - one["rows_erased"] == one["rows_after"]


def test_the_receipt_is_signed_and_a_changed_one_is_not_genuine(place: Home) -> None:
    receipt = json.loads(Path(run(place)["path"]).read_text())
    assert receipt["signature"]["algorithm"] == "HMAC-SHA-256"
    assert is_genuine(place, receipt)
    assert not is_genuine(place, receipt | {"tombstones": 99})
    assert not is_genuine(place, receipt | {"signature": {}})


def test_delivered_again_in_another_file_the_person_is_refused_and_the_others_taken(
    place: Home, logs: Path, *, mapping: Path, tmp_path: Path, export, decoded_search
) -> None:
    user = identify(place, "user", USER)
    count = rows_of(place, "staging.message", user=user).num_rows
    assert count == len(export.SECRETS) + 1
    run(place)
    for path in logs.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes() + b"\n")  # another SHA-256, the same records
    summary = ingest_folder(place, tmp_path, load_mapping(mapping), received_on=NOW.date())
    assert summary.rejected["erased"] == count
    assert export.CANARY not in decoded_search.search(place.lake, [export.CANARY, user])
    delivered = sum(one.records.record_count for one in summary.files)
    taken = sum(one.records.message_count + one.records.event_count for one in summary.files)
    assert taken + summary.rejected.total() == delivered


def test_the_files_as_they_came_and_as_they_are_now_are_both_known(
    place: Home, logs: Path, mapping: Path
) -> None:
    run(place)
    for folder in (logs, place.inbox / DEPLOYMENT):
        summary = ingest_folder(place, folder, load_mapping(mapping), received_on=NOW.date())
        assert {one.is_known for one in summary.files} == {True}


def keep_model(home: Home, version: str, *, texts: dict[str, str], sources: list[dict[str, object]]) -> Path:
    """A model of the home that learned from these reviewed messages, as `plimsoll train` leaves it."""
    folder = models_folder(home) / version
    write_reviewed(home, folder, [(one, hash_text(text)) for one, text in texts.items()])
    (folder / "model.json").write_text(json.dumps({"version": version, "sources": sources}))
    return folder


def find_known(home: Home, folder: Path, texts: dict[str, str]) -> set[str]:
    known = read_reviewed_texts(home, folder)
    return set() if known is None else {one for one in texts.values() if known.holds(hash_text(one))}


def test_models_forget_the_texts_of_an_erased_person_and_the_receipt_names_what_learned_from_reviews(
    place: Home,
) -> None:
    user = identify(place, "user", USER)
    mine, others = (
        dict(zip(rows["message_id"].to_pylist(), rows["text"].to_pylist(), strict=True))
        for rows in (
            rows_of(place, "staging.message", user=user),
            rows_of_others(place, "staging.message", user=user),
        )
    )
    own = {one: text for one, text in mine.items() if text not in others.values()}
    assert own
    learned = keep_model(place, "learned", texts=mine | others, sources=[{"name": "reviews", "rows": 2}])
    keep_model(place, "apart", texts={}, sources=[{"name": "posts", "rows": 9}])
    old = keep_model(place, "old", texts={}, sources=[{"name": "posts", "rows": 9}])
    (old / "reviewed.hashes").unlink()
    assert find_known(place, learned, mine) == set(mine.values())
    plain = b"".join(hash_text(text) for text in mine.values())
    assert plain[:6] not in (learned / "reviewed.hashes").read_bytes()

    receipt = run(place)
    assert find_known(place, learned, own) == set()
    assert find_known(place, learned, others) == set(others.values())
    (erased,) = [one["rows_erased"] for one in receipt["stores"] if one["store"] == "models/learned"]
    assert erased == len(mine)
    told = {one["what"].partition(":")[0]: one for one in receipt["kept"] if "models/" in one["what"]}
    assert set(told) == {"models/learned", "models/old"}
    assert "learned from 2 reviewed messages" in told["models/learned"]["what"]
    assert "train anew" in told["models/learned"]["why"]
    assert "does not say whether" in told["models/old"]["why"]


@pytest.mark.parametrize("step", ["rehearsal", "withdrawal", "publish", "forget", "search"])
def test_killed_at_any_step_the_same_request_completes_with_the_same_counts(
    place: Home, copy, *, step: str, monkeypatch: pytest.MonkeyPatch, export, decoded_search
) -> None:
    whole = run(Home(copy(place.path)))

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    def die_at(home: Home, covers: Any, **options: Any) -> Any:
        if bool(options.get("is_rehearsal")) == (step == "rehearsal"):
            raise KeyboardInterrupt
        return withdraw(home, covers, **options)

    with monkeypatch.context() as patched:
        if step in ("forget", "search"):
            patched.setattr(erasure, {"forget": "forget", "search": "check_files"}[step], die)
        around = {"withdraw": die_at} if step in ("rehearsal", "withdrawal") else {}
        around |= {"publish": die} if step == "publish" else {}
        with pytest.raises(KeyboardInterrupt):
            run(place, **around)
    receipt = run(place)
    assert receipt["stores"] == whole["stores"]
    assert decoded_search.search(place.path, [export.CANARY, ask(place).pseudonym]) == {}
    assert list((place.path / "receipts").glob("pending-*")) == []


def test_killed_before_the_new_generation_is_current_nothing_is_counted_twice(
    place: Home, copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run(Home(copy(place.path)))

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("pipelines.lake.lake.make_current", die)
        with pytest.raises(KeyboardInterrupt):
            run(place)
    assert run(place)["stores"] == whole["stores"]


def test_a_hold_wins_until_it_is_released_and_then_the_erasure_completes(
    place: Home, export, decoded_search
) -> None:
    held = rows_of(place, "staging.conversation", user=ask(place).pseudonym).to_pylist()[0]
    hold = add_hold(
        place, store_of(place), deployment_id=DEPLOYMENT, conversation_id=held["conversation_id"],
        reason="A court asked for it.", **TWO_PEOPLE,
        expires_on=NOW.date(), at=NOW,
    )  # fmt: skip
    first = run(place)
    assert (first["state"], first["threads_under_hold"]) == ("held", 1)
    assert "the threads under a legal hold are all there" in first["searched"]
    assert f"inbox/{DEPLOYMENT}" in decoded_search.layers(
        decoded_search.search(place.path, [export.CANARY])[export.CANARY]
    )
    assert rows_of(place, "staging.message", user=ask(place).pseudonym).num_rows > 0
    release_hold(place, store_of(place), hold_id=hold.hold_id, reason="It ended.", at=NOW, **TWO_PEOPLE)
    second = run(place)
    assert second["state"] == "complete"
    assert (
        decoded_search.search(place.path, [export.CANARY, ask(place).pseudonym, held["conversation_id"]])
        == {}
    )


def test_what_a_released_hold_had_kept_goes_with_a_trace_of_days_alone(place: Home) -> None:
    user = ask(place).pseudonym
    held = rows_of(place, "staging.conversation", user=user).to_pylist()[0]
    hold = add_hold(
        place, store_of(place), deployment_id=DEPLOYMENT, conversation_id=held["conversation_id"],
        reason="A court asked for it.", **TWO_PEOPLE, expires_on=NOW.date(), at=NOW,
    )  # fmt: skip
    run(place)
    release_hold(place, store_of(place), hold_id=hold.hold_id, reason="It ended.", at=NOW, **TWO_PEOPLE)
    days = set(rows_of(place, "staging.message", user=user)["day"].to_pylist())
    rows, _ = sweep_erased(place, withdraw, on=NOW.date(), at=NOW)
    again, _ = sweep_erased(place, withdraw, on=NOW.date(), at=NOW)
    assert rows > 0 == again
    entries = list_entries(store_of(place), action="erased_people_swept")
    assert {(entry.deployment_id, entry.subject, entry.at) for entry in entries} == {
        (DEPLOYMENT, DEPLOYMENT, NOW)
    }
    told = {name: number for entry in entries for name, number in entry.details.items()}
    assert told == {"day_count": len(days), "cut_file_count": len(days)}  # a file holds a day


def test_an_expired_hold_holds_nothing_but_its_name_in_the_file_is_told(place: Home) -> None:
    held = rows_of(place, "staging.conversation", user=ask(place).pseudonym).to_pylist()[0]
    hold = add_hold(
        place, store_of(place), deployment_id=DEPLOYMENT, conversation_id=held["conversation_id"],
        reason="Asked.", **TWO_PEOPLE,
        expires_on=NOW.date() - dt.timedelta(days=1),
        at=NOW - dt.timedelta(days=5),
    )  # fmt: skip
    with pytest.raises(ErasureIncompleteError, match=r"holds\.yaml"):
        run(place)
    release_hold(place, store_of(place), hold_id=hold.hold_id, reason="Over.", at=NOW, **TWO_PEOPLE)
    assert run(place)["state"] == "complete"


def test_a_file_that_cannot_be_checked_fails_the_erasure_and_a_second_run_completes_it(place: Home) -> None:
    damaged = place.inbox / DEPLOYMENT / "2026-08-09.jsonl.gz"
    damaged.write_bytes(b"\x1f\x8b\x08 this is no archive")
    with pytest.raises(ErasureIncompleteError, match=r"2026-08-09\.jsonl\.gz"):
        run(place)
    assert list((place.path / "receipts").glob("erasure_*")) == []
    damaged.unlink()
    assert run(place)["state"] == "complete"


def test_a_file_of_the_home_that_cannot_be_decoded_fails_the_erasure(place: Home) -> None:
    (place.published / "published-00000001.duckdb").write_bytes(b"12345678DUCK" + b"\0" * 100)
    with pytest.raises(ErasureIncompleteError, match=r"published-00000001\.duckdb"):
        run(place)


def test_broken_lines_that_name_the_person_go_and_broken_lines_of_others_stay(place: Home, export) -> None:
    path = place.inbox / DEPLOYMENT / "2026-08-10.jsonl"
    theirs = export.message("planted", 70, export.moment(1), "half a line")
    others = export.message(OTHERS_THREAD, 70, export.moment(1), "half a line")
    whole = json.dumps(export.message(OTHERS_THREAD, 71, export.moment(1), "a whole line"))
    broken = [json.dumps(one)[:-9] for one in (theirs, others)]
    path.write_text(f"{broken[0]}\n{whole}\n{broken[1]}\n")
    run(place)
    assert path.read_text() == f"\n{whole}\n{broken[1]}\n"


def test_an_id_that_nothing_is_held_of_is_an_error_and_leaves_no_tombstone(place: Home) -> None:
    with pytest.raises(StateError, match="holds nothing of this user"):
        run(place, ask(place, "user of nowhere"))
    assert not (place.keys / "tombstones").exists()
    assert list((place.path / "receipts").glob("*")) == []


def test_a_thread_is_erased_with_all_its_conversations_and_the_user_keeps_the_others(place: Home) -> None:
    user = identify(place, "user", "user of day1")
    thread = identify(place, "thread", OTHERS_THREAD)
    before = rows_of(place, "staging.conversation", user=user)["thread_id"].to_pylist()
    run(place, Request(DEPLOYMENT, SubjectKind.THREAD, thread))
    assert set(rows_of(place, "staging.conversation", user=user)["thread_id"].to_pylist()) == set(before) - {
        thread
    }
    assert thread in before


def test_of_a_thread_shared_with_others_only_the_persons_rows_go(
    place: Home, tmp_path: Path, mapping: Path, export
) -> None:
    at = export.moment(1, 15)
    said = export.talk("group", at, "First of the one.", "Answer.", "Of the other.")
    said[2]["session"] = said[2]["session"] | {"user": "the other"}
    export.deliver(tmp_path / "more", said, on=4, name="more-2026-08-07.jsonl")
    ingest_folder(place, tmp_path / "more", load_mapping(mapping), received_on=NOW.date())
    run(place, ask(place, "user of group"))
    other = rows_of(place, "staging.message", user=identify(place, "user", "the other"))
    conversation = rows_of(place, "staging.conversation", user=identify(place, "user", "the other"))
    assert other["text"].to_pylist() == ["Of the other."]
    assert conversation["message_count"].to_pylist() == [1]
    assert rows_of(place, "staging.message", user=identify(place, "user", "user of group")).num_rows == 0
