"""Administrators look after the accounts of their deployment, through the rules of the commands."""

import csv
import datetime as dt
import io
import json
import re

import pytest

from dashboards.pages.audit import SHOWN
from risk_register.account import accounts
from risk_register.account.accounts import Grant, Role
from risk_register.account.administration import list_account_entries
from risk_register.database import audit

PAGE, HARBOR = "/administration", "?deployment=harbor_companion"


@pytest.fixture
def administrator(visit, store, clock):
    """An administrator of one of two deployments, signed in."""
    accounts.create_account(store, name="administrator", actor="command_line", at=clock())
    accounts.grant(store, name="administrator", role=Role.ADMINISTRATOR, deployment_id="harbor_companion",
                   actor="command_line", at=clock())  # fmt: skip
    return visit().sign_in("administrator")


def find(store, name):
    return next(one for one in accounts.list_accounts(store) if one.name == name)


def test_an_account_is_made_with_a_role_and_let_in_by_a_link(administrator, visit, store):
    form = {"action": "create", "name": "new_reviewer", "role": "reviewer"}
    assert administrator.send(PAGE, HARBOR, **form).status_code == 303
    assert find(store, "new_reviewer").grants == {Grant(Role.REVIEWER, "harbor_companion")}
    administrator.send(PAGE, HARBOR, action="link", name="new_reviewer")
    words = administrator.read(PAGE, HARBOR)
    link = re.search(r"/sign-in\?token=([\w-]+)", words)
    visitor = visit()
    form = {"csrf_token": visitor.token(), "token": link[1], "next": "/"}
    assert visitor.client.post("/sign-in/link", data=form).status_code == 303
    assert find(store, "new_reviewer").vouched_by == "administrator"


def test_the_forms_of_the_account_that_is_chosen_are_drawn_and_of_no_other(administrator):
    words = administrator.read(PAGE, HARBOR)
    assert "Decide about viewer" in words
    assert "Disable viewer" not in words
    chosen = administrator.read(PAGE, f"{HARBOR}&account=viewer")
    assert "Disable viewer" in chosen
    assert "Decide about viewer" not in chosen
    assert "Decide about safety_officer" in chosen
    assert "Disable safety_officer" not in chosen


def test_the_newest_entries_about_accounts_are_those_of_accounts_that_one_sees(administrator, store, clock):
    accounts.create_account(store, name="of_quiet_cove", actor="command_line", at=clock())
    accounts.grant(store, name="of_quiet_cove", role=Role.VIEWER, deployment_id="quiet_cove",
                   actor="command_line", at=clock())  # fmt: skip
    for name in ("viewer", "of_quiet_cove", "viewer", "of_quiet_cove"):
        accounts.issue_link(store, name=name, at=clock(), valid_for=dt.timedelta(hours=1),
                            actor="command_line")  # fmt: skip
    asked = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "_describe", lambda row: asked.append(row) or row)
        found = list_account_entries(store, "administrator", limit=2)
    assert [one.subject for one in found] == ["viewer", "viewer"]
    assert len(asked) == 2  # not every entry about an account that was ever written


def read_entries(administrator, search):
    answer = administrator.client.get(f"/download/audit/entries.csv{HARBOR}&about=accounts{search}")
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_a_download_of_entries_about_accounts_holds_all_of_them_and_keeps_to_the_filters(visit, store, clock):
    accounts.create_account(store, name="keeper", actor="command_line", at=clock())
    for role in (Role.ADMINISTRATOR, Role.COMPLIANCE):
        accounts.grant(store, name="keeper", role=role, deployment_id="harbor_companion",
                       actor="command_line", at=clock())  # fmt: skip
    administrator = visit().sign_in("keeper")
    for number in range(SHOWN + 5):
        actor = "command_line" if number else "safety_officer"
        accounts.issue_link(store, name="viewer", at=clock(), valid_for=dt.timedelta(hours=1), actor=actor)
    everything = read_entries(administrator, "")
    assert len([row for row in everything if row["subject"] == "viewer"]) > SHOWN
    by_one = read_entries(administrator, "&actor=safety_officer&action=link_issued")
    assert [(row["actor"], row["action"], row["subject"]) for row in by_one] == [
        ("safety_officer", "link_issued", "viewer")
    ]
    assert {row["subject"] for row in read_entries(administrator, "&subject=viewer")} == {"viewer"}
    assert read_entries(administrator, "&subject=of_nobody") == []
    tomorrow = f"{clock() + dt.timedelta(days=1):%Y-%m-%d}"
    assert read_entries(administrator, f"&since={tomorrow}") == []
    assert len(read_entries(administrator, f"&until={tomorrow}")) == len(everything)


def test_the_filters_of_the_audit_keep_to_entries_about_accounts(administrator):
    page = json.dumps(administrator.show("/audit", f"{HARBOR}&about=accounts"))
    assert '"name": "about"' in page
    assert '"name": "about"' not in json.dumps(administrator.show("/audit", HARBOR))


def test_nobody_gives_a_role_to_themselves_here_either(administrator, store):
    words = administrator.refusal(PAGE, HARBOR, action="grant", name="administrator", role="safety_officer")
    assert "cannot give a role to themselves" in words
    assert find(store, "administrator").grants == {Grant(Role.ADMINISTRATOR, "harbor_companion")}


def test_an_account_that_reaches_elsewhere_is_not_let_in_by_an_administrator_of_one(administrator, store):
    for action in ("link", "disable", "end_sessions", "token", "join", "identify"):
        form = {"action": action, "name": "safety_officer", "label": "x", "same_as": "viewer"}
        assert "an administrator of all must do this" in administrator.refusal(PAGE, HARBOR, **form)
    assert not find(store, "safety_officer").is_disabled


def test_an_account_of_another_deployment_is_neither_seen_nor_guessed(administrator, store, clock):
    accounts.create_account(store, name="of_quiet_cove", actor="command_line", at=clock())
    accounts.grant(store, name="of_quiet_cove", role=Role.VIEWER, deployment_id="quiet_cove",
                   actor="command_line", at=clock())  # fmt: skip
    assert "of_quiet_cove" not in administrator.read(PAGE, HARBOR)
    for name in ("of_quiet_cove", "nobody_at_all"):
        words = administrator.refusal(PAGE, HARBOR, action="link", name=name)
        assert words == f"There is no account {name} among those that you look after."


def test_a_disabled_account_is_out_at_once_and_comes_back_with_its_roles(administrator, visit, store):
    viewer = visit().sign_in("viewer")
    assert viewer.client.get("/overview").status_code == 200
    administrator.send(PAGE, HARBOR, action="disable", name="viewer")
    assert viewer.client.get("/overview").status_code == 303
    administrator.send(PAGE, HARBOR, action="enable", name="viewer")
    assert find(store, "viewer").grants == {Grant(Role.VIEWER, "harbor_companion")}
    assert viewer.client.get("/overview").status_code == 303


def test_ending_sessions_signs_out_every_browser_of_the_account(administrator, visit):
    browsers = [visit().sign_in("viewer") for _ in range(2)]
    administrator.send(PAGE, HARBOR, action="end_sessions", name="viewer")
    assert [browser.client.get("/overview").status_code for browser in browsers] == [303, 303]


def test_signing_out_ends_the_session_and_not_only_the_cookie(visit):
    visitor = visit().sign_in("viewer")
    with visitor.client.session_transaction() as session:
        kept = dict(session)
    visitor.client.post("/sign-out", data={"csrf_token": visitor.token()})
    with visitor.client.session_transaction() as session:
        session.update(kept)
    assert visitor.client.get("/overview").status_code == 303


def test_who_read_words_of_people_is_listed_for_the_month(administrator, store, clock):
    for number in range(3):
        audit.record_access(
            store, action="conversation_read", subject=f"c{number}", deployment_id="harbor_companion",
            reason="Review.", actor="safety_officer", at=clock(),
        )  # fmt: skip
    audit.record_access(store, action="conversation_read", subject="c9", deployment_id="quiet_cove",
                        reason="Review.", actor="compliance", at=clock())  # fmt: skip
    words = administrator.read(PAGE, HARBOR)
    assert "conversation read 3" in words
    assert "Nobody did" in administrator.read(PAGE, f"{HARBOR}&month=2026-09")


def test_the_audit_page_shows_this_deployment_alone_and_checks_the_chain(administrator, store):
    words = administrator.read("/audit", HARBOR)
    assert "deployment registered" in words
    assert "quiet_cove" not in words
    assert "every link holds" in administrator.read("/audit", f"{HARBOR}&show=verified")
    about = administrator.read("/audit", f"{HARBOR}&about=accounts")
    assert "session opened" in about


def test_ones_own_password_is_set_and_opens_the_door(visit):
    visitor = visit().sign_in("viewer")
    new = "the harbour is calm tonight"
    same = {"action": "password", "password": new, "again": "something else"}
    assert "not the same" in visitor.refusal("/account", HARBOR, **same)
    assert visitor.send("/account", HARBOR, action="password", password=new, again=new).status_code == 303
    other = visit()
    form = {"csrf_token": other.token(), "name": "viewer", "password": new}
    assert other.client.post("/sign-in/password", data=form).status_code == 303
    # A desk that was left alone does not hand the account to whoever sits down at it.
    newer = "and nobody is on the pier"
    change = {"action": "password", "password": newer, "again": newer}
    for wrong in ({}, {"present": newer}):
        assert "present password is not right" in other.refusal("/account", HARBOR, **change, **wrong)
    assert other.send("/account", HARBOR, **change, present=new).status_code == 303
    assert "Present password" in other.read("/account", HARBOR)
