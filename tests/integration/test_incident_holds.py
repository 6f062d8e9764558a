"""What an incident keeps survives retention and erasure until it is released; then nothing of it is left."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest

from pipelines.ingest.pseudonymise import Pseudonymiser, load_key
from pipelines.ingest.removal.lapsing import lapse
from pipelines.ingest.removal.withdrawal import count_outside, withdraw
from pipelines.lake.lake import Lake
from pipelines.privacy.decisions import forget_erased
from pipelines.privacy.erasure import erase
from pipelines.privacy.request import Request, Surroundings
from pipelines.privacy.retention import retain
from pipelines.settings import Home
from pipelines.tombstones import SubjectKind
from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.incident import holds, incidents, locations
from risk_register.incident.danger import list_pages, raise_danger
from risk_register.register.deployments import ensure_deployment
from risk_register.review import reviews
from risk_register.review.reviews import Frame, FrameStratum, FrameUnit

NOW = dt.datetime(2026, 8, 20, 9, tzinfo=dt.UTC)
TODAY = NOW.date()
DEPLOYMENT = "replay_companion"
WEEK = dt.date(2026, 8, 3)


@pytest.fixture
def home(copy: Callable[[Path], Path], ingested: Path, logs: Path, mapping: Path) -> Home:
    """A home with its delivered files, whose register knows the deployment."""
    place = Home(copy(ingested))
    folder = place.inbox / DEPLOYMENT
    shutil.copytree(logs, folder)
    shutil.copy(mapping, folder / "mapping.yaml")
    store = store_of(place)
    ensure_deployment(store, deployment_id=DEPLOYMENT, title="Replay", actor="command_line", at=NOW)
    return place


def store_of(home: Home) -> Store:
    store = Store(home.governance_url)
    store.upgrade()
    return store


def person(home: Home) -> dict[str, Any]:
    """The conversation of the person who is to be erased."""
    user = Pseudonymiser(load_key(home.keys)).identify("user", DEPLOYMENT, "user of planted")
    rows = Lake(home.lake).read("staging.conversation")
    found: dict[str, Any] = rows.filter(pc.equal(rows["user_id"], user)).to_pylist()[0]
    return found


def keep(home: Home, *, until: dt.date = TODAY, at: dt.datetime = NOW) -> str:
    """An incident that keeps the person's conversation."""
    store, one = store_of(home), person(home)
    incident = incidents.open_incident(
        store, deployment_id=DEPLOYMENT, title="A complaint", severity="S3", actor="reviewer", at=at
    )
    number = holds.request_hold(
        store, incident_id=incident, conversation_id=one["conversation_id"], thread_id=one["thread_id"],
        reason="Asked by the authority.", expires_on=until, actor="safety_officer", at=at,
    )  # fmt: skip
    holds.approve_hold(store, hold_id=number, deployment_id=DEPLOYMENT, actor="compliance", at=at)
    return number


def release(home: Home, number: str) -> None:
    here = {"hold_id": number, "deployment_id": DEPLOYMENT, "at": NOW}
    holds.ask_release(store_of(home), reason="Over.", actor="compliance", **here)
    holds.confirm_release(store_of(home), actor="safety_officer", **here)


def run_erasure(home: Home) -> dict[str, Any]:
    user = person_id(home)
    request = Request(DEPLOYMENT, SubjectKind.USER, user, frozenset({"user of planted"}))
    around = Surroundings(withdraw=withdraw, publish=lambda: None, count_outside=count_outside)
    return erase(home, store_of(home), request, around=around, actor="tester", at=NOW)


def person_id(home: Home) -> str:
    return Pseudonymiser(load_key(home.keys)).identify("user", DEPLOYMENT, "user of planted")


def review(home: Home, one: dict[str, Any]) -> str:
    """The person's conversation is drawn, read, called dangerous and looked for."""
    store = store_of(home)
    unit = FrameUnit(
        one["conversation_id"], (), {"user_risk_level": 4}, day=one["day"], user_id=one["user_id"]
    )
    frame = Frame((FrameStratum("all_en", "en", 4, True, (unit,), 1),), "lexicon 1")
    reviews.draw_sample(
        store,
        deployment_id=DEPLOYMENT,
        week=WEEK,
        frame=frame,
        capacity=9,
        seed=1,
        actor="weekly_draw",
        at=NOW,
    )
    reviews.set_reviewer(store, languages=("en",), actor="first", at=NOW)
    task = reviews.next_item(store, deployment_id=DEPLOYMENT, reviewer="first", at=NOW)
    assert task is not None
    raise_danger(store, deployment_id=DEPLOYMENT, conversation_id=task.conversation_id, actor="first", at=NOW)
    locations.record_location(
        store, deployment_id=DEPLOYMENT, subject=task.conversation_id, reason="To reach them.",
        source_file="a.jsonl.gz", position=3, why_not="", actor="officer", at=NOW,
    )  # fmt: skip
    return task.item_id


def test_an_incident_keeps_a_conversation_from_erasure_until_it_lets_go(home: Home, decoded_search) -> None:
    one, number = person(home), keep(home)
    item = review(home, one)
    first = run_erasure(home)
    assert (first["state"], first["threads_under_hold"]) == ("held", 1)
    assert person(home)["conversation_id"] == one["conversation_id"]
    release(home, number)
    assert run_erasure(home)["state"] == "complete"
    ids = [one["conversation_id"], one["thread_id"], one["user_id"]]
    assert decoded_search.search(home.path, ids) == {}
    (held,) = holds.list_holds(store_of(home))
    assert held.conversation_id == held.thread_id == f"erased_{number}"
    assert list_pages(store_of(home))[0].conversation_id.startswith("erased_page_")
    (search,) = locations.list_locations(store_of(home), DEPLOYMENT)
    assert (search.subject, search.source_file, search.is_found) == ("erased_location_1", None, True)
    assert item.startswith(DEPLOYMENT)


def test_an_incident_keeps_a_text_from_retention_until_it_lets_go(home: Home, decoded_search, export) -> None:
    number = keep(home, until=NOW.date() + dt.timedelta(days=700))
    kept_on = NOW.date() + dt.timedelta(days=699)
    done = retain(home, lapse, as_of=kept_on)
    assert done.held_count > 0
    assert decoded_search.search(home.lake, [export.CANARY]) != {}
    release(home, number)
    retain(home, lapse, as_of=kept_on)
    assert decoded_search.search(home.lake, [export.CANARY]) == {}


def test_decisions_of_an_older_night_that_are_put_back_alone_forget_whom_nothing_keeps(
    home: Home, tmp_path: Path, decoded_search
) -> None:
    one, number = person(home), keep(home)
    review(home, one)
    rows = Lake(home.lake).read("staging.message")
    message = rows.filter(pc.equal(rows["user_id"], one["user_id"]))["message_id"].to_pylist()[0]
    locations.record_location(
        store_of(home), deployment_id=DEPLOYMENT, subject=message, reason="To reach them.",
        source_file="a.jsonl.gz", position=3, why_not="", actor="officer", at=NOW,
    )  # fmt: skip
    here, older = home.path / "governance.sqlite", tmp_path / "older.sqlite"
    with sqlite3.connect(here) as source, sqlite3.connect(older) as target:
        source.backup(target)
    assert run_erasure(home)["state"] == "held"
    assert forget_erased(home, at=NOW) == 0, "a hold in force keeps what the lake still has"
    release(home, number)
    assert run_erasure(home)["state"] == "complete"
    ids = [one["conversation_id"], one["thread_id"], one["user_id"], message]
    assert decoded_search.search(home.path, ids) == {}
    for end in ("", "-wal", "-shm"):
        here.with_name(here.name + end).unlink(missing_ok=True)
    shutil.copy(older, here)
    assert decoded_search.search(home.path, ids)
    assert forget_erased(home, at=NOW) == 5  # an item, a page, two searches, and the hold on what is gone
    assert decoded_search.search(home.path, ids) == {}
    assert audit.verify_chain(store_of(home)).is_intact
    assert forget_erased(home, at=NOW) == 0
