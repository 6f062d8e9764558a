"""`users link` without an administrator's name sets a deployment up, and later lets in a lost one alone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.lake import lake as lakes
from pipelines.settings import Home
from risk_register.account import accounts
from risk_register.account.accounts import Role
from risk_register.account.administration import COMMAND_LINE
from risk_register.account.four_eyes import RECOVERY
from risk_register.account.tokens import list_tokens
from risk_register.database.audit import list_entries
from risk_register.database.model import OneTimeLink
from risk_register.database.store import Store
from risk_register.register.deployments import list_deployments
from risk_register.register.register import list_risks
from risk_register.register.transitions import RiskStatus
from tests.unit.plimsoll.commands.governance_factory import Done, Run, make_governed_home, make_run

NEEDED = "name the one who acts with --as ACCOUNT"


@pytest.fixture
def governed(tmp_path: Path) -> tuple[Home, Store]:
    return make_governed_home(tmp_path / "home")


@pytest.fixture
def run(governed, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    return make_run(governed[0], monkeypatch, capfd)


def come_in(store: Store, done: Done) -> str:
    """Use a link; returns on whose word."""
    token = done.output.split("token=")[1].strip()
    accounts.redeem_link(store, token=token, at=dt.datetime.now(dt.UTC))
    with store.read() as session:
        links = session.query(OneTimeLink).filter(OneTimeLink.redeemed_at.is_not(None))
        return links.order_by(OneTimeLink.redeemed_at.desc()).first().issued_by


def test_an_account_is_let_in_by_an_administrator_once_there_is_one(run: Run, governed) -> None:
    _, store = governed
    assert NEEDED in run("users", "link", "compliance").complaint
    assert come_in(store, run("users", "link", "administrator")) == COMMAND_LINE
    assert NEEDED in run("users", "link", "compliance").complaint
    assert come_in(store, run("users", "link", "compliance", account="administrator")) == "administrator"
    assert come_in(store, run("users", "link", "stranger")) == COMMAND_LINE  # where there is no administrator


def test_the_only_administrator_is_let_in_again_and_the_command_line_is_told_apart(
    run: Run, governed
) -> None:
    _, store = governed
    at = dt.datetime.now(dt.UTC)
    come_in(store, run("users", "link", "administrator"))
    accounts.create_account(store, name="other_one", actor="administrator", at=at)
    grant = {"role": Role.ADMINISTRATOR, "deployment_id": "companion", "actor": "administrator", "at": at}
    accounts.grant(store, name="other_one", **grant)
    assert come_in(store, run("users", "link", "administrator")) == RECOVERY  # the other never came in
    come_in(store, run("users", "link", "other_one", account="administrator"))
    assert NEEDED in run("users", "link", "administrator").complaint
    accounts.disable_account(store, name="other_one", actor="administrator", at=at)
    assert come_in(store, run("users", "link", "administrator")) == RECOVERY


def test_an_administrator_with_roles_where_somebody_else_is_one_needs_them(run: Run, governed) -> None:
    _, store = governed
    at = dt.datetime.now(dt.UTC)
    for name, deployment in (("administrator", "other"), ("stranger", "other")):
        role = Role.VIEWER if name == "administrator" else Role.ADMINISTRATOR
        accounts.grant(store, name=name, role=role, deployment_id=deployment, actor=COMMAND_LINE, at=at)
    assert NEEDED in run("users", "link", "administrator").complaint


LOOKING_AFTER = [
    ("add", "viewer", "--role", "engineer", "--deployment", "companion"),
    ("revoke", "viewer", "--role", "viewer", "--deployment", "companion"),
    ("link", "viewer"),
    ("disable", "viewer"),
    ("enable", "viewer"),
    ("end-sessions", "viewer"),
    ("join", "outsider", "viewer"),
    ("identify", "viewer", "--issuer", "https://login.example.org", "--subject", "17"),
    ("token", "viewer", "--label", "ci"),
    ("revoke-token", "viewer", "--label", "ci"),
]


def test_accounts_are_looked_after_by_their_administrator_and_nobody_else(run: Run, governed) -> None:
    _, store = governed
    accounts.create_account(
        store, name="outsider", actor=COMMAND_LINE, at=dt.datetime.now(dt.UTC)
    )  # has no role
    before = [(one.sequence, one.action) for one in list_entries(store, limit=None)]
    for words in LOOKING_AFTER:
        assert NEEDED in run("users", *words).complaint
        for account in ("officer", "stranger"):
            done = run("users", *words, account=account)
            assert (words, done.code, done.output) == (words, 1, "")
    assert [(one.sequence, one.action) for one in list_entries(store, limit=None)] == before
    for words in LOOKING_AFTER:
        assert (words, run("users", *words, account="administrator").code) == (words, 0)


def test_tokens_are_taken_by_their_label_and_no_others(run: Run, governed) -> None:
    _, store = governed
    for name, label in (("engineer", "ci"), ("engineer", "nightly"), ("viewer", "ci")):
        assert run("users", "token", name, "--label", label, account="administrator").code == 0
    taken = ("users", "revoke-token", "engineer", "--label", "ci")
    assert run(*taken, account="administrator").output == "engineer: 1 tokens out of use\n"
    assert run(*taken, account="administrator").output == "engineer: 0 tokens out of use\n"
    left = [(one.name, one.label) for one in list_tokens(store) if one.revoked_at is None]
    assert sorted(left) == [("engineer", "nightly"), ("viewer", "ci")]


def test_the_list_says_who_is_shut_and_no_grant_of_theirs(run: Run) -> None:
    assert "viewer: viewer@companion" in run("users", "list").output.splitlines()
    run("users", "disable", "viewer", account="administrator")
    assert "viewer (disabled): no grant" in run("users", "list").output.splitlines()


def test_a_deployment_with_logs_is_known_to_the_register_from_its_first_account_on(
    run: Run, governed
) -> None:
    home, store = governed
    with lakes.write(home.lake, by="a test") as commit:
        rows = pa.table({"deployment_id": ["new_one"], "title": ["New one"]})
        commit.replace_all("ledger.deployment", rows)
    run("users", "add", "first", "--role", "administrator", "--deployment", "new_one")
    run("users", "add", "other", "--role", "administrator", "--deployment", "mistyped")
    known = {one.deployment_id: one.title for one in list_deployments(store)}
    assert known["new_one"] == "New one"
    assert "mistyped" not in known
    assert {one.state for one in list_risks(store, "new_one")} == {RiskStatus.DRAFT}
