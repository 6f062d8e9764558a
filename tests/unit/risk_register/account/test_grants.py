"""The first role of a deployment ends what an administrator of others alone had let the account in by."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from risk_register.account import accounts, sessions
from risk_register.account.accounts import Grant, Role
from risk_register.account.four_eyes import find_tie
from risk_register.account.identities import Provider, admit, link_identity, list_identities
from risk_register.account.tokens import find_bearer, issue_token
from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.errors import NotAllowedError

INSIDER, OUTSIDER, NEW = "adm_harbor", "adm_atelier", "zoe"
HARBOR, ATELIER = "harbor", "atelier"
PHRASE = "a phrase of some length"
HOUR = dt.timedelta(hours=1)
PROVIDER = Provider(
    issuer="https://id.example",
    client_id="plimsoll",
    client_secret_file=Path("secret"),
    groups={"safety-board": [{"role": "safety_officer", "deployment": HARBOR}]},
)
IsOpen = Callable[[dt.datetime], bool]


@pytest.fixture
def administered(store: Store, at: dt.datetime) -> Store:
    """An administrator of each of two deployments, and an account without a role."""
    for name in (INSIDER, OUTSIDER, NEW):
        accounts.create_account(store, name=name, actor="command_line", at=at)
    for name, deployment_id in ((INSIDER, HARBOR), (OUTSIDER, ATELIER)):
        give(store, at, name, Role.ADMINISTRATOR, deployment_id, actor="command_line")
    return store


def give(
    store: Store, at: dt.datetime, name: str, role: Role, deployment_id: str, *, actor: str = INSIDER
) -> bool:
    return accounts.grant(store, name=name, role=role, deployment_id=deployment_id, actor=actor, at=at)


def let_in(store: Store, at: dt.datetime, issuer: str) -> None:
    token = accounts.issue_link(store, name=NEW, at=at, valid_for=HOUR, actor=issuer)
    assert accounts.redeem_link(store, token=token, at=at) == NEW


def by_link(store: Store, at: dt.datetime, opener: str) -> IsOpen:
    token = accounts.issue_link(store, name=NEW, at=at, valid_for=HOUR, actor=opener)
    return lambda now: accounts.redeem_link(store, token=token, at=now) == NEW


def by_session(store: Store, at: dt.datetime, opener: str) -> IsOpen:
    let_in(store, at, opener)
    opened = sessions.open_session(store, name=NEW, method=sessions.Method.LINK, at=at)
    return lambda _: sessions.find_session(store, opened) is not None


def by_password(store: Store, at: dt.datetime, opener: str) -> IsOpen:
    let_in(store, at, opener)
    accounts.set_password(store, name=NEW, password=PHRASE, actor=NEW, at=at)
    return lambda now: accounts.verify_password(store, name=NEW, password=PHRASE, at=now)


def by_identity(store: Store, at: dt.datetime, opener: str) -> IsOpen:
    link_identity(store, name=NEW, issuer=PROVIDER.issuer, subject="s", actor=opener, at=at)
    return lambda now: comes_in_as_subject(store, now)


def by_own_identity(store: Store, at: dt.datetime, opener: str) -> IsOpen:
    let_in(store, at, opener)
    link_identity(store, name=NEW, issuer=PROVIDER.issuer, subject="s", actor=NEW, at=at)
    return lambda now: comes_in_as_subject(store, now)


def by_token(store: Store, at: dt.datetime, opener: str) -> IsOpen:
    token = issue_token(store, name=NEW, label="CI", valid_for=dt.timedelta(days=9), actor=opener, at=at)
    return lambda now: find_bearer(store, token, at=now) == NEW


def comes_in_as_subject(store: Store, at: dt.datetime) -> bool:
    try:
        return admit(store, PROVIDER, claims={"sub": "s", "preferred_username": NEW}, at=at) == NEW
    except NotAllowedError:
        return False


WAYS = {
    "a link": by_link,
    "a session": by_session,
    "a password": by_password,
    "an identity": by_identity,
    "an identity of its own": by_own_identity,
    "a token": by_token,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("opener", "stays"), [(OUTSIDER, False), (INSIDER, True), ("command_line", True)])
def test_what_an_administrator_of_elsewhere_opened_ends_with_the_first_role_here(
    administered: Store, at: dt.datetime, way: str, opener: str, stays: bool
) -> None:
    is_open = WAYS[way](administered, at, opener)
    assert give(administered, at + HOUR / 4, NEW, Role.SAFETY_OFFICER, HARBOR) is not stays
    assert accounts.grants(administered, NEW) == {Grant(Role.SAFETY_OFFICER, HARBOR)}
    assert is_open(at + HOUR / 2) is stays


@pytest.mark.parametrize("way", WAYS)
def test_a_second_role_ends_nothing(administered: Store, at: dt.datetime, way: str) -> None:
    give(administered, at, NEW, Role.VIEWER, HARBOR)
    is_open = WAYS[way](administered, at, INSIDER)
    accounts.disable_account(administered, name=INSIDER, actor="command_line", at=at)
    assert not give(administered, at + HOUR / 4, NEW, Role.SAFETY_OFFICER, HARBOR, actor="command_line")
    assert is_open(at + HOUR / 2)


def test_what_an_administrator_who_was_shut_had_opened_ends_too(administered: Store, at: dt.datetime) -> None:
    is_open = by_link(administered, at, INSIDER)
    accounts.disable_account(administered, name=INSIDER, actor="command_line", at=at)
    give(administered, at, NEW, Role.VIEWER, HARBOR, actor="command_line")
    assert not is_open(at + HOUR / 2)


def test_a_first_role_that_groups_give_ends_links_too_and_keeps_the_subject_whose_role_it_is(
    administered: Store, at: dt.datetime
) -> None:
    is_open = by_link(administered, at, OUTSIDER)
    link_identity(administered, name=NEW, issuer=PROVIDER.issuer, subject="s", actor=OUTSIDER, at=at)
    admit(administered, PROVIDER, claims={"sub": "s", "groups": ["safety-board"]}, at=at + HOUR / 4)
    assert accounts.grants(administered, NEW) == {Grant(Role.SAFETY_OFFICER, HARBOR)}
    assert not is_open(at + HOUR / 2)
    assert [one.name for one in list_identities(administered)] == [NEW]


def test_what_ended_stands_in_the_audit_and_who_had_linked_it_stays_tied_to_what_was_done(
    administered: Store, at: dt.datetime
) -> None:
    give(administered, at, NEW, Role.ENGINEER, ATELIER, actor=OUTSIDER)
    comes_in = by_identity(administered, at, OUTSIDER)
    assert comes_in(at)
    with administered.write(actor=NEW, at=at + HOUR / 4) as write:
        write.record("risk_rated", subject="a_risk", deployment_id=ATELIER)
    give(administered, at + HOUR / 2, NEW, Role.VIEWER, HARBOR)
    ended = audit.list_entries(administered, subject=NEW, action="identity_unlinked")
    assert [(entry.actor, entry.details["linked_by"]) for entry in ended] == [(INSIDER, OUTSIDER)]
    let_in(administered, at + HOUR, INSIDER)
    with administered.read() as session:
        tie = find_tie(session, OUTSIDER, [NEW], subject="a_risk", deployment_id=ATELIER)
    assert tie == f" {OUTSIDER} had let {NEW} in when {NEW} did that."


def test_what_ended_names_no_secret(administered: Store, at: dt.datetime) -> None:
    for open_way in (by_password, by_link, by_token):
        open_way(administered, at, OUTSIDER)
    give(administered, at + HOUR / 4, NEW, Role.VIEWER, HARBOR)
    ended = audit.list_entries(administered, subject=NEW, actor=INSIDER)
    assert [entry.action for entry in ended] == [
        "role_granted", "password_ended", "token_revoked", "link_ended",
    ]  # fmt: skip
    assert PHRASE not in json.dumps([dict(entry.details) for entry in ended])
