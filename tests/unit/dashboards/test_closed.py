"""A store that cannot be used: readers are told so in a form they can read, and not where it lies."""

from datetime import timedelta

import pytest

from dashboards.app import create_app
from dashboards.routes import NO_ANSWER, OTHER_VERSION
from risk_register.account import accounts
from risk_register.account.tokens import issue_token
from risk_register.database.store import Store
from risk_register.errors import StoreError

SECRET = b"a secret of the tests, long enough to sign"
HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"}
NOWHERE = "postgresql://plimsoll:hush@127.0.0.1:1/decisions"
WHERE = "db.example.org:5432/decisions"
SEND = "/send/ethics-checklist?deployment=harbor_companion&item=crisis_testing_passed"


def refuse(*_arguments, **_given):
    """What a database does that became read-only."""
    raise StoreError(f"The governance store postgresql://plimsoll@{WHERE} refused: a read-only transaction")


@pytest.fixture
def make_client(home, clock, officers_home):
    """A browser with a session from before, whose store is another one now."""

    def make(url: str):
        server = create_app(
            published=home / "published", governance_url=url, secret=SECRET, clock=clock
        ).server
        found = server.test_client()
        found.set_cookie("plimsoll_session", officers_home.cookies["safety_officer"])
        return found

    return make


@pytest.fixture
def client(make_client):
    """The same, and nobody answers there."""
    return make_client(NOWHERE)


def test_a_page_says_so_and_says_how_to_go_on(client, caplog):
    answer = client.get("/overview?range=4w", headers=HTML)
    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert answer.headers["Retry-After"]
    assert NO_ANSWER in answer.text
    assert 'href="/overview?range=4w"' in answer.text
    assert "127.0.0.1" not in answer.text
    assert "127.0.0.1:1/decisions refused" in caplog.text
    assert "hush" not in caplog.text


def test_signing_in_says_so_and_leads_back_to_a_page(client):
    with client.session_transaction() as kept:
        kept["csrf_token"] = "t"
    answer = client.post("/sign-in/link", data={"csrf_token": "t", "token": "x"}, headers=HTML)
    assert (answer.status_code, 'href="/"' in answer.text) == (503, True)


@pytest.mark.parametrize(
    ("path", "kind"), [("/api/changes", "application/json"), ("/_dash-update-component", "text/plain")]
)
def test_programs_are_told_in_their_own_form(client, path, kind):
    answer = client.post(path, json={}, headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.mimetype) == (503, kind)
    assert NO_ANSWER in answer.text


@pytest.mark.parametrize("accept", ["application/json", HTML["Accept"]])
def test_a_form_is_not_told_where_a_store_lies_that_is_read_and_not_written(
    officer, accept, monkeypatch, caplog
):
    token = officer.token()
    monkeypatch.setattr(Store, "write", refuse)
    form = {"csrf_token": token, "action": "attest", "item": "crisis_testing_passed", "version": "1",
            "state": "met", "evidence": "scores.pdf", "note": "", "expires_on": "2027-05-01"}  # fmt: skip
    answer = officer.client.post(SEND, data=form, headers={"Accept": accept})
    assert (answer.status_code, NO_ANSWER in answer.text) == (503, True)
    assert WHERE not in answer.text
    assert WHERE in caplog.text


def test_ci_is_not_told_where_a_store_lies_that_is_read_and_not_written(app, store, clock, monkeypatch):
    whom = {"actor": "command_line", "at": clock()}
    accounts.create_account(store, name="ci", **whom)
    accounts.grant(store, name="ci", role=accounts.Role.ENGINEER, deployment_id="harbor_companion", **whom)
    token = issue_token(store, name="ci", label="release", valid_for=timedelta(days=30), **whom)
    monkeypatch.setattr("dashboards.announcing.declare", refuse)
    change = {"deployment": "harbor_companion", "what": "model", "on": "2026-11-25", "note": "7 to 8"}
    headers = {"Authorization": f"Bearer {token}"}
    answer = app.server.test_client().post("/api/changes", json=change, headers=headers)
    assert (answer.status_code, answer.get_json()) == (503, {"refusal": NO_ANSWER})


def test_the_door_opens_all_the_same(client):
    client.delete_cookie("plimsoll_session")
    assert client.get("/sign-in").status_code == 200


def test_a_store_of_another_version_is_another_matter(make_client, tmp_path):
    answer = make_client(f"sqlite:///{tmp_path / 'empty.sqlite'}").get("/overview", headers=HTML)
    assert (answer.status_code, OTHER_VERSION in answer.text) == (503, True)
