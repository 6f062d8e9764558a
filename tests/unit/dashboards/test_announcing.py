"""CI announces a change with a token: within the grants of its account, and nothing else with it."""

from datetime import timedelta
from pathlib import Path

import pytest

from risk_register.account import accounts
from risk_register.account.identities import GroupGrant, Provider, admit
from risk_register.account.sessions import Method, open_session
from risk_register.account.tokens import issue_token, list_tokens, revoke_token
from risk_register.deployment.changes import Door, list_changes

CHANGE = {
    "deployment": "harbor_companion", "what": "model", "on": "2026-11-25", "note": "7 to 8",
    "risks": ["missed_escalation_of_risk"],
}  # fmt: skip


@pytest.fixture
def token(store, clock) -> str:
    """A token of an engineer of one deployment."""
    accounts.create_account(store, name="ci", actor="command_line", at=clock())
    accounts.grant(store, name="ci", role=accounts.Role.ENGINEER, deployment_id="harbor_companion",
                   actor="command_line", at=clock())  # fmt: skip
    return issue_token(store, name="ci", label="release job", valid_for=timedelta(days=30),
                       actor="command_line", at=clock())  # fmt: skip


def announce(app, token, **more):
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    answer = app.server.test_client().post("/api/changes", json={**CHANGE, **more}, headers=headers)
    return answer.status_code, answer.get_json()


def test_a_change_is_announced_by_the_account_of_the_token(app, store, token):
    status, said = announce(app, token, planned=False)
    assert (status, said) == (201, {"change_id": "harbor_companion_change_0001"})
    (change,) = list_changes(store, "harbor_companion")
    assert (change.declared_by, change.declared_through, change.is_planned) == ("ci", Door.TOKEN, False)
    assert change.risk_ids == ("missed_escalation_of_risk",)


def test_without_a_token_in_use_nothing_is_announced(app, store, token, clock):
    revoke_token(store, token_hash=list_tokens(store)[0].token_hash, actor="command_line", at=clock())
    for sent in (None, "", "guess", token):
        assert announce(app, sent)[0] == 401
    assert list_changes(store, "harbor_companion") == ()


def test_a_token_ends_on_its_day_and_with_its_account(app, store, token, clock):
    clock.move(timedelta(days=30))
    assert announce(app, token)[0] == 401
    clock.move(timedelta(days=-1))
    assert announce(app, token)[0] == 201
    accounts.disable_account(store, name="ci", actor="command_line", at=clock())
    assert announce(app, token)[0] == 401


def test_a_token_of_whoever_left_the_provider_ends_with_the_roles_of_its_groups(app, store, clock):
    engineer = GroupGrant(role=accounts.Role.ENGINEER, deployment="harbor_companion")
    provider = Provider(
        issuer="https://id.example", client_id="x", client_secret_file=Path("x"), groups={"eng": (engineer,)}
    )
    claims = {"sub": "s-erik", "preferred_username": "erik", "groups": ["eng"]}

    def sign_in():
        name = admit(store, provider, claims=claims, at=clock())
        open_session(store, name=name, method=Method.IDENTITY, at=clock())

    sign_in()
    token = issue_token(store, name="erik", label="release job", valid_for=timedelta(days=300),
                        actor="command_line", at=clock())  # fmt: skip
    clock.move(timedelta(days=30))
    open_session(store, name="erik", method=Method.LINK, at=clock())  # the provider said nothing
    assert announce(app, token)[0] == 201
    clock.move(timedelta(seconds=1))
    status, said = announce(app, token)
    assert (status, "30 days after the last sign-in" in said["refusal"]) == (403, True)
    sign_in()
    assert announce(app, token)[0] == 201
    clock.move(timedelta(days=31))
    accounts.grant(store, name="erik", role=accounts.Role.ENGINEER, deployment_id="harbor_companion",
                   actor="command_line", at=clock())  # fmt: skip
    assert announce(app, token)[0] == 201  # a role that a person gave stays


@pytest.mark.parametrize("deployment", ["quiet_cove", "no_such_deployment"])
def test_a_deployment_without_a_grant_and_one_that_is_not_there_get_one_answer(app, token, deployment):
    status, said = announce(app, token, deployment=deployment)
    assert (status, said["refusal"]) == (403, f"ci may not announce changes of {deployment}.")


def test_a_token_of_an_account_that_may_only_look_announces_nothing(app, store, clock):
    accounts.create_account(store, name="looker", actor="command_line", at=clock())
    accounts.grant(store, name="looker", role=accounts.Role.VIEWER, deployment_id="harbor_companion",
                   actor="command_line", at=clock())  # fmt: skip
    own = issue_token(store, name="looker", label="a job", valid_for=timedelta(days=1),
                      actor="command_line", at=clock())  # fmt: skip
    assert announce(app, own)[0] == 403
    assert list_changes(store, "harbor_companion") == ()


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"what": "weather"}, "what"),
        ({"on": "tomorrow"}, "on"),
        ({"note": " "}, "note"),
        ({"more": 1}, "more"),
        ({"risks": ["no_such_risk"]}, "has no risk no_such_risk"),
    ],
)
def test_what_is_wrong_is_named(app, store, token, wrong, problem):
    status, said = announce(app, token, **wrong)
    assert status == 422
    assert problem in said["refusal"]
    assert list_changes(store, "harbor_companion") == ()


def test_a_token_opens_no_page_and_no_download(app, token):
    client = app.server.test_client()
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/overview", headers=headers).status_code == 303
    assert client.get("/download/risk-register/risks.csv", headers=headers).status_code == 303


def test_a_session_alone_does_not_announce(officer):
    assert officer.client.post("/api/changes", json=CHANGE).status_code == 401
