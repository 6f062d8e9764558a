"""A backup taken while an ingest runs restores to one generation; who was erased since stays erased."""

from __future__ import annotations

import datetime as dt
import shutil
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.detect.detectors.linear.model import MODEL_FILE, SHIPPED, load_model, write_model
from pipelines.detect.model_store import Adoption, adopt, find_live_version
from pipelines.errors import HomeError, StateError
from pipelines.ingest.deliver import ingest_folder
from pipelines.ingest.mapping import load_mapping
from pipelines.ingest.pseudonymise import Pseudonymiser, load_key
from pipelines.ingest.removal.withdrawal import count_outside, withdraw
from pipelines.lake.generation import Generation
from pipelines.lake.lake import Lake
from pipelines.privacy.backup import restore_backup, take_backup
from pipelines.privacy.backups import tombstones_beside
from pipelines.privacy.erasure import erase
from pipelines.privacy.request import Request, Surroundings
from pipelines.privacy.unfinished import unfinished
from pipelines.reviewed_text import models_folder, read_reviewed_texts, write_reviewed
from pipelines.settings import Home
from pipelines.tombstones import SubjectKind, load_tombstones
from plimsoll.commands.keeping import say_reach
from risk_register.database.store import Store

NOW = dt.datetime(2026, 8, 20, 9, tzinfo=dt.UTC)
DEPLOYMENT = "replay_companion"
USER = "user of planted"


@pytest.fixture
def home(copy: Callable[[Path], Path], ingested: Path, empty_store: Path) -> Home:
    """A home with the shared export and a governance store."""
    place = Home(copy(ingested))
    shutil.copy(empty_store, place.path / "governance.sqlite")
    return place


def restore(file: Path, target: Path, *, tombstones: Path | None = None) -> Home:
    place = Home(target)
    restore_backup(file, place, tombstones=tombstones, withdraw=withdraw, at=NOW)
    return place


def erase_user(home: Home, raw: str = USER) -> str:
    user = Pseudonymiser(load_key(home.keys)).identify("user", DEPLOYMENT, raw)
    request = Request(DEPLOYMENT, SubjectKind.USER, user, frozenset({raw}))
    around = Surroundings(withdraw, lambda: None, count_outside)
    erase(home, Store(home.governance_url), request, around=around, actor="tester", at=NOW)
    return user


def test_a_backup_taken_while_an_ingest_runs_restores_to_one_generation(
    home: Home, tmp_path: Path, *, mapping: Path, export, row_hash, warm
) -> None:
    folder = tmp_path / "more"
    for number in range(30):
        said = export.talk(f"busy-{number}", export.moment(number % 5, 3), "Hello.", "Hello to you.", "Bye.")
        export.deliver(folder, said, name=f"{number}-2026-08-08.jsonl")
    worker = threading.Thread(target=lambda: warm.ingest(home.path, folder, mapping))
    worker.start()
    files = []
    while worker.is_alive() and len(files) < 20:
        files.append(tmp_path / f"{len(files)}.tar")
        take_backup(home, files[-1], at=NOW)
    worker.join()
    assert len(files) > 1  # taken while the ingest ran
    files.append(tmp_path / "after.tar")
    last = take_backup(home, files[-1], at=NOW)
    restored = [restore(file, tmp_path / f"restored_{file.stem}") for file in (files[0], files[-1])]
    assert Lake(restored[1].lake).generation.number == last.generation
    for place in restored:
        number = Lake(place.lake).generation.number
        source = Lake(home.lake, Generation(number, Lake(place.lake).generation.versions))
        tables = {name: row_hash.hash_rows(source.read(name)) for name in source.names()}
        assert row_hash.hash_lake(place.path) == tables
    assert len(tables) > 4


def test_a_restored_home_goes_on(home: Home, tmp_path: Path, mapping: Path, export) -> None:
    take_backup(home, tmp_path / "b.tar", at=NOW, has_keys=True)
    place = restore(tmp_path / "b.tar", tmp_path / "there")
    export.deliver(
        tmp_path / "more", export.talk("new", export.moment(4, 1), "Hello."), name="2026-08-07.jsonl"
    )
    before = Lake(place.lake).read("staging.message").num_rows
    ingest_folder(place, tmp_path / "more", load_mapping(mapping), received_on=NOW.date())
    assert Lake(place.lake).read("staging.message").num_rows == before + 1
    assert Store(place.governance_url).version() == Store(home.governance_url).version()


def test_a_restored_home_scores_with_the_model_that_people_made_live_and_which_forgets_who_was_erased(
    home: Home, tmp_path: Path
) -> None:
    user = Pseudonymiser(load_key(home.keys)).identify("user", DEPLOYMENT, USER)
    rows = Lake(home.lake).read("staging.message", columns=["message_id", "user_id"])
    assert rows is not None
    folder = models_folder(home) / "own"
    files = {path.name: path.read_bytes() for path in SHIPPED.iterdir() if path.name != MODEL_FILE}
    write_reviewed(home, folder, [(one, one.encode()) for one in rows["message_id"].to_pylist()])
    write_model(folder, load_model(SHIPPED).description.model_copy(update={"version": "own"}), files)
    adopt(home, Adoption("own", "officer", NOW.isoformat(), "found more", ()))
    take_backup(home, tmp_path / "b.tar", at=NOW, has_keys=True)
    erase_user(home)
    place = restore(tmp_path / "b.tar", tmp_path / "there")
    assert find_live_version(place) == "own"
    known = read_reviewed_texts(place, models_folder(place) / "own")
    assert known is not None
    pairs = zip(rows["user_id"].to_pylist(), rows["message_id"].to_pylist(), strict=True)
    assert all(known.holds(message.encode()) is (who != user) for who, message in pairs)


def test_keys_are_in_it_only_when_asked_for_and_without_them_nothing_is_taken_in(
    home: Home, tmp_path: Path, logs: Path, mapping: Path
) -> None:
    take_backup(home, tmp_path / "without.tar", at=NOW)
    take_backup(home, tmp_path / "with.tar", at=NOW, has_keys=True)
    names = {}
    for kind in ("with", "without"):
        with tarfile.open(tmp_path / f"{kind}.tar") as archive:
            names[kind] = {name for name in archive.getnames() if name.endswith(".key")}
    assert names == {"with": {"keys/pseudonym.key"}, "without": set()}
    place = restore(tmp_path / "without.tar", tmp_path / "there")
    with pytest.raises(HomeError, match="missing or not the key"):
        ingest_folder(place, logs, load_mapping(mapping), received_on=NOW.date())
    (place.keys / "pseudonym.key").write_bytes((home.keys / "pseudonym.key").read_bytes())
    summary = ingest_folder(place, logs, load_mapping(mapping), received_on=NOW.date())
    assert all(one.is_known for one in summary.files)


def test_delivered_files_are_in_it_only_together_with_the_keys(home: Home, tmp_path: Path) -> None:
    with pytest.raises(StateError, match="--with-keys"):
        take_backup(home, tmp_path / "b.tar", at=NOW, has_inbox=True)
    assert list(tmp_path.glob("b.tar*")) == []


def test_who_was_erased_after_the_backup_is_erased_again_by_restoring_it(
    home: Home, tmp_path: Path, export, decoded_search
) -> None:
    file = tmp_path / "b.tar"
    take_backup(home, file, at=NOW, has_keys=True)
    user = erase_user(home)
    place = restore(file, tmp_path / "there")
    assert decoded_search.search(place.path, [export.CANARY, user]) == {}
    others = Lake(home.lake).read("staging.message").num_rows
    assert Lake(place.lake).read("staging.message").num_rows == others > 0


def test_tombstones_can_be_given_and_without_any_nothing_is_restored(
    home: Home, tmp_path: Path, export, decoded_search
) -> None:
    file = tmp_path / "b.tar"
    take_backup(home, file, at=NOW)
    moved = tmp_path / "elsewhere" / "b.tar"
    moved.parent.mkdir()
    file.rename(moved)
    erase_user(home)
    with pytest.raises(StateError, match="nobody can say who was erased"):
        restore(moved, tmp_path / "there")
    assert not (tmp_path / "there").exists()
    place = restore(moved, tmp_path / "there", tombstones=home.keys / "tombstones")
    assert decoded_search.search(place.path, [export.CANARY]) == {}


def test_a_copy_that_was_not_told_of_an_erasure_says_up_to_when_it_knows(home: Home, tmp_path: Path) -> None:
    taken = NOW - dt.timedelta(days=3)
    take_backup(home, tmp_path / "b.tar", at=taken)
    for name in ("b.tar", "b.tar.tombstones"):
        shutil.copy(tmp_path / name, tmp_path / f"copy of {name}")
    erase_user(home)
    around = {"tombstones": None, "withdraw": withdraw, "at": NOW}
    told = restore_backup(tmp_path / "b.tar", Home(tmp_path / "there"), **around)
    untold = restore_backup(tmp_path / "copy of b.tar", Home(tmp_path / "too"), **around)
    assert (told.reaches, told.swept_rows > 0) == (NOW, True)
    assert (untold.reaches, untold.swept_rows) == (taken, 0)
    assert "reach to 2026-08-17 09:00:00 UTC" in say_reach(untold.reaches)
    assert load_tombstones(tmp_path / "too" / "keys" / "tombstones").reaches == taken


def test_damaged_tombstones_stop_a_restore(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    take_backup(home, file, at=NOW)
    tombstones_beside(file).write_text("half a line")
    with pytest.raises(StateError, match="damaged"):
        restore(file, tmp_path / "there")


@pytest.mark.parametrize("how", ["changed", "cut", "not a tar"])
def test_a_damaged_backup_is_refused_and_leaves_nothing(home: Home, tmp_path: Path, how: str) -> None:
    file = tmp_path / "b.tar"
    take_backup(home, file, at=NOW)
    content = bytearray(file.read_bytes())
    if how == "changed":
        with tarfile.open(file) as archive:
            place = next(one for one in archive if one.name.endswith(".parquet")).offset_data
        content[place + 40] ^= 1
    file.write_bytes(
        {"changed": bytes(content), "cut": bytes(content[:-40_000]), "not a tar": b"x" * 5000}[how]
    )
    with pytest.raises(HomeError):
        restore(file, tmp_path / "there")
    assert not (tmp_path / "there").exists()
    assert list(tmp_path.glob(".there*")) == []


def test_what_a_killed_restore_left_goes_with_the_next_one_which_says_so(home: Home, tmp_path: Path) -> None:
    file, place = tmp_path / "b.tar", Home(tmp_path / "there")
    take_backup(home, file, at=NOW, has_keys=True)
    around = {"tombstones": None, "withdraw": withdraw, "at": NOW}
    left = tmp_path / ".there.restoring-7"
    shutil.copytree(home.keys, left / "keys")
    other = tmp_path / ".there_too.restoring-7"
    other.mkdir()
    told: list[str] = []
    with unfinished(tmp_path / ".there.restoring-8", is_folder=True):  # by somebody who lives
        restore_backup(file, place, **around, tell=told.append)
        assert sorted(tmp_path.glob(".there*")) == [tmp_path / ".there.restoring-8", other]
    assert told == [f"Removed {left}, which a restore that was killed had left."]


def test_what_was_left_goes_also_where_the_restore_is_refused(home: Home, tmp_path: Path) -> None:
    left = home.path.with_name(f".{home.path.name}.restoring-7")
    left.mkdir()
    with pytest.raises(HomeError, match="not empty"):
        restore(tmp_path / "b.tar", home.path)
    assert not left.exists()


def test_what_a_killed_backup_left_goes_with_the_next_one_into_that_folder(
    home: Home, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    take_backup(home, tmp_path / "whole.tar", at=NOW)
    (folder / "a.tar.aside").write_bytes((tmp_path / "whole.tar").read_bytes()[:9_000])
    (folder / "c.tar.aside").touch()
    (folder / "of another program.aside").write_text("its own")
    told: list[str] = []
    with unfinished(folder / "living.tar.aside"):
        (folder / "living.tar.aside").write_text("lake/")
        take_backup(home, folder / "b.tar", at=NOW, tell=told.append)
        with pytest.raises(HomeError, match="being written"):
            take_backup(home, folder / "living.tar", at=NOW)
    assert told == [
        f"Removed {folder / name}, which a backup that was killed had left."
        for name in ("a.tar.aside", "c.tar.aside")
    ]
    assert sorted(path.name for path in folder.iterdir()) == [
        "b.tar", "b.tar.tombstones", "of another program.aside",
    ]  # fmt: skip


def test_a_place_that_is_not_empty_is_left_alone(home: Home, tmp_path: Path) -> None:
    take_backup(home, tmp_path / "b.tar", at=NOW)
    with pytest.raises(HomeError, match="not empty"):
        restore(tmp_path / "b.tar", home.path)
    (tmp_path / "there").mkdir()
    assert Lake(restore(tmp_path / "b.tar", tmp_path / "there").lake).names()


def test_a_backup_never_replaces_another(home: Home, tmp_path: Path) -> None:
    take_backup(home, tmp_path / "b.tar", at=NOW)
    with pytest.raises(HomeError, match="exists already"):
        take_backup(home, tmp_path / "b.tar", at=NOW)


def test_a_backup_is_not_put_into_the_home_that_it_is_to_outlive(home: Home) -> None:
    with pytest.raises(HomeError, match="somewhere else"):
        take_backup(home, home.path / "reports" / "b.tar", at=NOW)


def test_a_member_that_leads_out_of_the_place_is_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "b.tar", "w") as archive:
        (tmp_path / "planted").write_text("planted")
        archive.add(tmp_path / "planted", arcname="../outside")
    tombstones_beside(tmp_path / "b.tar").write_text("")
    with pytest.raises(HomeError, match="outside"):
        restore(tmp_path / "b.tar", tmp_path / "there")
    assert not (tmp_path / "outside").exists()


def test_a_sparse_member_is_refused_before_it_is_written(tmp_path: Path, monkeypatch) -> None:
    member = tarfile.TarInfo("lake/hollow")
    member.type = tarfile.GNUTYPE_SPARSE
    with tarfile.open(tmp_path / "b.tar", "w", format=tarfile.GNU_FORMAT) as archive:
        archive.addfile(member)
    tombstones_beside(tmp_path / "b.tar").write_text("")
    written: list[object] = []
    monkeypatch.setattr("pipelines.privacy.archive._unpack", lambda *given: written.append(given) or "")
    with pytest.raises(HomeError, match="lake/hollow"):
        restore(tmp_path / "b.tar", tmp_path / "there")
    assert written == []
