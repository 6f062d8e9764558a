"""What an identity provider says decides who somebody is and which groups' roles they have, nothing else."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from risk_register.account import accounts
from risk_register.account.accounts import Grant, Role
from risk_register.account.identities import Provider, admit, read_provider
from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.errors import ContentError, NotAllowedError

SETTINGS = """
title: the hospital
issuer: https://id.example
client_id: plimsoll
client_secret_file: secret
groups:
  safety-board: [{role: safety_officer, deployment: demo}]
  admins: [{role: administrator, deployment: demo}, {role: administrator, deployment: second}]
"""


@pytest.fixture
def provider(tmp_path: Path) -> Provider:
    (tmp_path / "secret").write_text("a secret\n")
    (tmp_path / "openid.yaml").write_text(SETTINGS)
    found = read_provider(tmp_path / "openid.yaml")
    assert found is not None
    return found


def claims(*groups: str, **more: Any) -> dict[str, Any]:
    return {"sub": "s-1", "preferred_username": "Anna.Berg", "groups": list(groups), **more}


def test_the_first_sign_in_makes_an_account_with_the_roles_of_its_groups(
    store: Store, provider: Provider, at: dt.datetime
) -> None:
    name = admit(store, provider, claims=claims("safety-board", "canteen"), at=at)
    assert name == "anna.berg"
    assert accounts.grants(store, name) == {Grant(Role.SAFETY_OFFICER, "demo")}


def test_roles_follow_the_groups_and_those_that_a_person_gave_stay(
    store: Store, provider: Provider, at: dt.datetime
) -> None:
    name = admit(store, provider, claims=claims("safety-board"), at=at)
    accounts.grant(store, name=name, role=Role.VIEWER, deployment_id="second", actor="admin", at=at)
    admit(store, provider, claims=claims("admins"), at=at)
    assert accounts.grants(store, name) == {
        Grant(Role.ADMINISTRATOR, "demo"), Grant(Role.ADMINISTRATOR, "second"), Grant(Role.VIEWER, "second"),
    }  # fmt: skip
    admit(store, provider, claims=claims(), at=at)
    assert accounts.grants(store, name) == {Grant(Role.VIEWER, "second")}
    taken = audit.list_entries(store, action="role_revoked")
    assert {entry.details["by"] for entry in taken} == {"groups"}


def test_a_new_name_of_the_same_subject_is_the_same_account(
    store: Store, provider: Provider, at: dt.datetime
) -> None:
    first = admit(store, provider, claims=claims(), at=at)
    assert admit(store, provider, claims=claims(preferred_username="anna.smith"), at=at) == first


def test_a_name_that_is_taken_opens_nothing(store: Store, provider: Provider, at: dt.datetime) -> None:
    accounts.create_account(store, name="anna.berg", actor="command_line", at=at)
    with pytest.raises(NotAllowedError, match="an administrator links it"):
        admit(store, provider, claims=claims("admins"), at=at)
    assert accounts.grants(store, "anna.berg") == frozenset()


def test_a_provider_makes_no_account_that_signs_as_a_command(
    store: Store, provider: Provider, at: dt.datetime
) -> None:
    with pytest.raises(NotAllowedError, match="stands in the audit"):
        admit(store, provider, claims=claims(preferred_username="Command_Line"), at=at)
    assert accounts.list_accounts(store) == ()


def test_whoever_the_provider_no_longer_lets_in_keeps_no_password_that_does(
    store: Store, provider: Provider, at: dt.datetime
) -> None:
    name = admit(store, provider, claims=claims("safety-board"), at=at)
    password = "a phrase of some length"
    accounts.set_password(store, name=name, password=password, actor=name, at=at)
    issuer = provider.issuer
    assert not accounts.verify_password(store, name=name, password=password, at=at, issuer=issuer)
    # Where no provider is in use any more, passwords count again.
    assert accounts.verify_password(store, name=name, password=password, at=at)


def test_a_disabled_account_stays_shut(store: Store, provider: Provider, at: dt.datetime) -> None:
    name = admit(store, provider, claims=claims(), at=at)
    accounts.disable_account(store, name=name, actor="admin", at=at)
    with pytest.raises(NotAllowedError, match="disabled"):
        admit(store, provider, claims=claims("admins"), at=at)
    assert [known.grants for known in accounts.list_accounts(store)] == [frozenset()]


def test_where_accounts_are_made_by_people_only_strangers_stay_outside(
    store: Store, provider: Provider, at: dt.datetime
) -> None:
    closed = provider.model_copy(update={"may_create_accounts": False})
    with pytest.raises(NotAllowedError, match="no account here"):
        admit(store, closed, claims=claims("admins"), at=at)
    assert accounts.list_accounts(store) == ()


@pytest.mark.parametrize("groups", [None, 7, [["admins"]], {"admins": True}, "canteen"])
def test_groups_of_a_strange_shape_mean_nothing(provider: Provider, groups: object) -> None:
    assert provider.grants_of({"groups": groups}) == frozenset()


def test_without_settings_there_is_no_provider(tmp_path: Path) -> None:
    assert read_provider(tmp_path / "openid.yaml") is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("issuer: id.example\nclient_id: x\nclient_secret_file: secret\n", "issuer"),
        ("issuer: https://id.example\nclient_id: x\n", "client_secret_file: Field required"),
        (SETTINGS.replace("safety_officer", "chief"), "groups.safety-board.0.role"),
        (SETTINGS.replace("secret\n", "lost\n"), "there is no file"),
        ("issuer: [", "cannot be read"),
    ],
)
def test_settings_that_are_wrong_say_where(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "secret").write_text("a secret")
    (tmp_path / "openid.yaml").write_text(text)
    with pytest.raises(ContentError, match=problem):
        read_provider(tmp_path / "openid.yaml")
