"""An id that somebody wrote into their words goes with the person, and the words stay."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

from sqlalchemy import inspect, text

from risk_register.acceptability import Severity
from risk_register.database import audit
from risk_register.database.prose import NEVER_CHANGED, hide_named, list_written
from risk_register.database.store import Store
from risk_register.database.tables.every import METADATA
from risk_register.incident import incidents
from risk_register.incident import work as incident_work
from risk_register.register import register

GONE, STAYS = "0123456789abcdef" * 2, "fedcba9876543210" * 2


def open_one(store: Store, at: dt.datetime) -> str:
    incident_id = incidents.open_incident(
        store, deployment_id="demo", title=f"User {GONE} got no number", severity=Severity.S3,
        description=f"As {STAYS} before; see {GONE}/3, {GONE}.", actor="reviewer", at=at,
    )  # fmt: skip
    incident_work.write_entry(
        store, incident_id=incident_id, happened_at=at, words=f"Wrote of {GONE}", actor="reviewer", at=at
    )
    return incident_id


def hide(store: Store, at: dt.datetime) -> dict[str, int]:
    return hide_named(store, deployment_id="demo", ids={GONE}, actor="command_line", at=at)


def test_an_incident_loses_the_id_and_keeps_its_words(store: Store, at: dt.datetime) -> None:
    incident_id = open_one(store, at)
    assert list_written(store) == {GONE, STAYS}
    assert hide(store, at) == {"incident": 1, "incident_entry": 1}
    found = incidents.list_incidents(store, "demo")[0]
    assert found.title == "User [erased] got no number"
    assert found.description == f"As {STAYS} before; see [erased]/3, [erased]."
    assert incident_work.list_entries(store, incident_id)[0].words == "Wrote of [erased]"
    assert list_written(store) == {STAYS}


def test_the_audit_says_that_it_was_done_once_and_does_not_repeat_the_id(
    store: Store, at: dt.datetime
) -> None:
    open_one(store, at)
    hide(store, at)
    assert hide(store, at) == {}
    (entry,) = [one for one in audit.list_entries(store) if one.action == "erased_ids_hidden_in_words"]
    assert dict(entry.details) == {"incident": 1, "incident_entry": 1}
    assert GONE not in str(asdict(entry))
    assert audit.verify_chain(store).is_intact


def test_what_is_only_ever_added_to_stays_as_it_is(store: Store, at: dt.datetime) -> None:
    register.comment(
        store,
        deployment_id="demo",
        risk_id="wrong_facts_or_resources",
        body=f"See {GONE}.",
        actor="one",
        at=at,
    )
    assert hide(store, at) == {}
    assert GONE not in list_written(store)


def test_the_tables_that_are_left_alone_are_those_that_the_database_guards(store: Store) -> None:
    with store.read() as session:
        rows = session.execute(text("select distinct tbl_name from sqlite_master where type = 'trigger'"))
        guarded = {name for (name,) in rows}
        names = set(inspect(session.connection()).get_table_names())
    assert NEVER_CHANGED - {"audit_head"} == guarded
    assert set(METADATA.tables) <= names
