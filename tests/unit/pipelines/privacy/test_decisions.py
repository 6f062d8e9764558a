"""Decisions that were put back from before an erasure forget again, and whoever was not erased stays."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
from pathlib import Path

import pytest

from pipelines.errors import StateError
from pipelines.ingest.removal.lapsing import lapse
from pipelines.ingest.removal.withdrawal import withdraw
from pipelines.privacy import decisions
from pipelines.privacy.decisions import OWED, forget_erased
from pipelines.privacy.upkeep import keep_limits
from pipelines.settings import Home
from pipelines.tombstones import FILE, SubjectKind, add_tombstones, mark
from risk_register.acceptability import Severity
from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.incident import locations
from risk_register.incident.danger import raise_danger
from risk_register.incident.incidents import list_incidents, open_incident
from risk_register.register.deployments import ensure_deployment
from risk_register.review.withdrawal import list_named
from tests.unit.risk_register.review.factory import draw_week, stratum

AT = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
GONE, STAYS = "level_0_en_00000", "level_0_en_00001"
MESSAGE = "a_message_that_was_looked_for"


@pytest.fixture
def home(tmp_path: Path, empty_store: Path) -> Home:
    """A home whose decisions name two conversations and a message; nobody was erased."""
    place = Home(tmp_path / "home")
    place.keys.mkdir(parents=True)
    shutil.copy(empty_store, place.path / "governance.sqlite")
    store = store_of(place)
    ensure_deployment(store, deployment_id="demo", title="Demo", actor="command_line", at=AT)
    draw_week(store, AT, stratum(0, 2))
    raise_danger(store, deployment_id="demo", conversation_id=GONE, actor="first", at=AT)
    locations.record_location(
        store, deployment_id="demo", subject=f"{MESSAGE}/finding", reason="To reach them.",
        source_file="a.jsonl", position=3, why_not="", actor="officer", at=AT,
    )  # fmt: skip
    return place


def store_of(home: Home) -> Store:
    return Store(home.governance_url)


def bury(home: Home, *ids: str, kind: SubjectKind = SubjectKind.PART, deployment: str = "demo") -> None:
    add_tombstones(home.keys / FILE, {mark(kind, deployment, one) for one in ids})


def named(home: Home) -> set[str]:
    return {one for _, one in list_named(store_of(home))}


def files_of(home: Home) -> list[Path]:
    return [path for path in sorted(home.path.glob("governance.sqlite*")) if path.is_file()]


def bytes_of(home: Home) -> bytes:
    return b"".join(path.read_bytes() for path in files_of(home))


def test_who_was_erased_goes_from_every_table_and_out_of_the_bytes(home: Home) -> None:
    bury(home, GONE, MESSAGE)
    assert forget_erased(home, at=AT) == 3
    assert named(home) == {STAYS}
    assert GONE.encode() not in bytes_of(home)
    assert STAYS.encode() in bytes_of(home)
    assert not (home.path / OWED).exists()
    entries = audit.verify_chain(store_of(home))
    assert entries.is_intact
    assert forget_erased(home, at=AT) == 0
    assert audit.verify_chain(store_of(home)).entry_count == entries.entry_count


@pytest.mark.parametrize("kind", SubjectKind)
def test_every_kind_of_tombstone_reaches_what_it_names_in_its_own_deployment_alone(
    home: Home, kind: SubjectKind
) -> None:
    bury(home, GONE, kind=kind, deployment="another")
    assert forget_erased(home, at=AT) == 0
    bury(home, GONE, kind=kind)
    assert forget_erased(home, at=AT) == 2
    assert named(home) == {STAYS, MESSAGE}


def test_where_nobody_was_erased_no_store_is_opened(tmp_path: Path) -> None:
    assert forget_erased(Home(tmp_path / "nowhere"), at=AT) == 0
    assert not (tmp_path / "nowhere").exists()


def test_damaged_tombstones_stop_it(home: Home) -> None:
    (home.keys / FILE).write_text("half")
    with pytest.raises(StateError, match="damaged"):
        forget_erased(home, at=AT)


@pytest.mark.parametrize("step", ["write_durably", "forget_person", "wipe"])
@pytest.mark.parametrize("is_done", [False, True])
def test_killed_at_any_step_the_next_time_completes_it(
    home: Home, monkeypatch: pytest.MonkeyPatch, step: str, is_done: bool
) -> None:
    bury(home, GONE, MESSAGE)
    owner = Store if step == "wipe" else decisions
    real = getattr(owner, step)

    def die(*given: object, **named: object) -> None:
        if is_done:
            real(*given, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(owner, step, die)
        with pytest.raises(KeyboardInterrupt):
            forget_erased(home, at=AT)
    forget_erased(home, at=AT)
    assert named(home) == {STAYS}
    assert GONE.encode() not in bytes_of(home)
    assert not (home.path / OWED).exists()


def test_a_database_that_is_put_back_alone_forgets_again(home: Home, tmp_path: Path) -> None:
    kept, store = tmp_path / "kept.sqlite", home.path / "governance.sqlite"
    with sqlite3.connect(store) as source, sqlite3.connect(kept) as target:
        source.backup(target)
    bury(home, GONE, MESSAGE)
    forget_erased(home, at=AT)
    for path in files_of(home):
        path.unlink()
    shutil.copy(kept, store)
    assert named(home) == {GONE, STAYS, MESSAGE}
    assert forget_erased(home, at=AT + dt.timedelta(days=1)) == 3
    assert named(home) == {STAYS}


def test_the_night_does_so_too_also_where_no_limits_are_agreed(home: Home) -> None:
    home.definitions.mkdir()
    bury(home, GONE, MESSAGE)
    keep_limits(home, withdraw, lapse, at=AT)
    assert named(home) == {STAYS}


def test_an_id_in_the_words_of_an_incident_goes_too(home: Home) -> None:
    gone, stays = "0123456789abcdef" * 2, "fedcba9876543210" * 2
    bury(home, gone, kind=SubjectKind.USER)
    store = store_of(home)
    open_incident(
        store, deployment_id="demo", title=f"Of {gone} and {stays}", severity=Severity.S3, actor="one", at=AT
    )
    assert forget_erased(home, at=AT) == 1
    assert list_incidents(store, "demo")[0].title == f"Of [erased] and {stays}"
    assert forget_erased(home, at=AT) == 0
