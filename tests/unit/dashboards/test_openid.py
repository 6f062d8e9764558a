"""Signing in through an identity provider that runs beside the tests and is asked over HTTP."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from dashboards.app import create_app
from dashboards.routes import NO_ANSWER
from risk_register.account import accounts
from risk_register.account.accounts import Grant, Role
from risk_register.account.identities import GroupGrant, Provider

SECRET = b"a secret of the tests, long enough to sign"
START_SECONDS = 60
MOST_OF_A_COOKIE = 4096  # bytes, with its name; RFC 6265bis, 5.6: a browser ignores a longer one
GROUPS = {"safety-board": (GroupGrant(role=Role.SAFETY_OFFICER, deployment="harbor_companion"),)}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The address of a provider in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ("--port", str(port), "--require-nonce", "true")
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", *options]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/.well-known/openid-configuration", server)
        yield requests.get(f"{address}/.well-known/openid-configuration", timeout=10).json()["issuer"]
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            requests.get(address, timeout=5)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("The identity provider did not start.")


@pytest.fixture
def make_app(home, clock, tmp_path, issuer):
    """An application whose people sign in at the provider."""
    (tmp_path / "secret").write_text("a client's secret\n")

    def make(governance_url=f"sqlite:///{home / 'governance.sqlite'}", **settings):
        provider = Provider(
            title="the hospital", issuer=settings.pop("issuer", issuer), client_id="plimsoll",
            client_secret_file=tmp_path / "secret", groups=GROUPS,
        ).model_copy(update=settings)  # fmt: skip
        return create_app(
            published=home / "published",
            governance_url=governance_url,
            secret=SECRET,
            provider=provider,
            clock=clock,
        ).server

    return make


def register(issuer, subject, **claims):
    """Tell the provider of a person."""
    answer = requests.put(f"{issuer}/users/{subject}", json={"sub": subject, **claims}, timeout=10)
    assert answer.status_code == 204


def go_to_provider(client, next_path="/overview"):
    """The address at the provider to which the browser is sent."""
    answer = client.get(f"/sign-in/openid?next={next_path}")
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return answer.location


def consent(address, subject):
    """Sign in at the provider as the person would; returns the way back that it names."""
    answer = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=10)
    assert answer.status_code in {302, 303}, answer.text
    return answer.headers["Location"]


def come_back(client, address):
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")


def sign_in(client, subject):
    return come_back(client, consent(go_to_provider(client), subject))


def test_somebody_with_a_mapped_group_comes_in_with_its_role(make_app, issuer, store):
    register(issuer, "s-anna", preferred_username="Anna", groups=["safety-board", "canteen"])
    client = make_app().test_client()
    assert "Sign in with the hospital" in client.get("/sign-in").get_data(as_text=True)
    answer = sign_in(client, "s-anna")
    assert (answer.status_code, answer.location) == (303, "/overview")
    assert client.get("/overview").status_code == 200
    assert accounts.grants(store, "anna") == {Grant(Role.SAFETY_OFFICER, "harbor_companion")}


def test_without_a_mapped_group_one_is_signed_in_and_sees_nothing(make_app, issuer, store):
    register(issuer, "s-cook", preferred_username="cook", groups=["canteen"])
    client = make_app().test_client()
    assert sign_in(client, "s-cook").status_code == 303
    assert accounts.grants(store, "cook") == frozenset()
    answer = client.get("/download/overview/indicators.csv")
    assert answer.status_code == 403


def test_the_request_carries_state_nonce_and_a_challenge(make_app, issuer):
    asked = parse_qs(urlsplit(go_to_provider(make_app().test_client())).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge", "redirect_uri"} <= asked.keys()
    assert asked["redirect_uri"] == ["http://localhost/sign-in/openid/callback"]


def test_an_answer_that_belongs_to_another_browser_signs_nobody_in(make_app, issuer):
    register(issuer, "s-anna", preferred_username="Anna", groups=["safety-board"])
    server = make_app()
    mine, theirs = server.test_client(), server.test_client()
    address = consent(go_to_provider(theirs), "s-anna")
    go_to_provider(mine)
    assert come_back(mine, address).status_code == 403
    assert mine.get("/overview").status_code == 303


def test_an_answer_is_taken_once(make_app, issuer):
    register(issuer, "s-anna", preferred_username="Anna", groups=["safety-board"])
    client = make_app().test_client()
    address = consent(go_to_provider(client), "s-anna")
    assert come_back(client, address).status_code == 303
    assert come_back(client, address).status_code == 403


@pytest.mark.parametrize("query", ["", "code=x", "code=x&state=y", "error=access_denied&state=y"])
def test_an_answer_that_was_never_asked_for_is_refused(make_app, query):
    client = make_app().test_client()
    answer = client.get(f"/sign-in/openid/callback?{query}")
    assert answer.status_code == 403
    assert "does not belong to this browser" in answer.get_data(as_text=True)


def test_ways_to_the_provider_that_nobody_came_back_from_fill_no_cookie(make_app, issuer):
    register(issuer, "s-anna", preferred_username="Anna", groups=["safety-board"])
    client = make_app().test_client()
    for _ in range(7):
        address = go_to_provider(client)
        assert len(client.get_cookie("plimsoll_session").value) < MOST_OF_A_COOKIE // 2
    assert come_back(client, consent(address, "s-anna")).status_code == 303


def test_a_session_that_was_there_before_is_not_taken_over(make_app, issuer, store, clock):
    register(issuer, "s-anna", preferred_username="Anna", groups=["safety-board"])
    client = make_app().test_client()
    with client.session_transaction() as session:
        session["planted"], session["csrf_token"] = "x", "known to somebody else"
    sign_in(client, "s-anna")
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != "known to somebody else"


def test_a_way_back_to_another_site_is_not_followed(make_app, issuer):
    register(issuer, "s-anna", preferred_username="Anna", groups=["safety-board"])
    client = make_app().test_client()
    address = go_to_provider(client, "//elsewhere.example/overview")
    assert come_back(client, consent(address, "s-anna")).location == "/"


def test_a_provider_that_is_not_there_is_said(make_app):
    client = make_app(issuer="http://127.0.0.1:9").test_client()
    answer = client.get("/sign-in/openid")
    assert answer.status_code == 502
    assert "did not answer" in answer.get_data(as_text=True)


def test_a_store_that_does_not_answer_is_told_without_its_address(make_app, issuer, caplog):
    register(issuer, "s-anna", preferred_username="Anna", groups=["safety-board"])
    client = make_app("postgresql://plimsoll:hush@127.0.0.1:1/decisions").test_client()
    answer = sign_in(client, "s-anna")
    assert (answer.status_code, NO_ANSWER in answer.text) == (503, True)
    assert "127.0.0.1:1" not in answer.text
    assert "127.0.0.1:1/decisions refused" in caplog.text


def test_a_provider_that_calls_itself_otherwise_is_not_believed(make_app, issuer):
    register(issuer, "s-anna", preferred_username="Anna", groups=["safety-board"])
    client = make_app(issuer=f"{issuer}/").test_client()
    assert sign_in(client, "s-anna").status_code == 403


def test_a_disabled_account_is_told_so_and_stays_outside(make_app, issuer, store, clock):
    register(issuer, "s-anna", preferred_username="Anna", groups=["safety-board"])
    client = make_app().test_client()
    sign_in(client, "s-anna")
    accounts.disable_account(store, name="anna", actor="command_line", at=clock())
    assert client.get("/overview").status_code == 303
    answer = sign_in(client, "s-anna")
    assert answer.status_code == 403
    assert "disabled" in answer.get_data(as_text=True)


def test_a_password_is_no_way_around_the_provider(make_app, issuer, store, clock):
    register(issuer, "s-leaver", preferred_username="leaver", groups=["safety-board"])
    server = make_app()
    inside = server.test_client()
    sign_in(inside, "s-leaver")
    password = "the harbour is calm tonight"
    accounts.set_password(store, name="leaver", password=password, actor="leaver", at=clock())
    client = server.test_client()
    token = client.get("/sign-in").get_data(as_text=True).split('csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "name": "leaver", "password": password}
    assert client.post("/sign-in/password", data=form).status_code == 403


def test_what_is_said_of_another_subject_signs_nobody_in(make_app, issuer, store, monkeypatch):
    register(issuer, "s-mallory", preferred_username="Mallory", groups=[])

    def answer_for_another(*_arguments, **_given):
        return {"sub": "s-anna", "preferred_username": "Anna", "groups": ["safety-board"]}

    monkeypatch.setattr("authlib.integrations.flask_client.FlaskOAuth2App.userinfo", answer_for_another)
    client, before = make_app().test_client(), accounts.list_accounts(store)
    assert sign_in(client, "s-mallory").status_code == 403
    assert client.get("/overview").status_code == 303
    assert accounts.list_accounts(store) == before


@pytest.mark.parametrize("said", [b"[1]", b"null", b"7", b'"s-anna"', b"[]"])
def test_what_is_said_of_nobody_signs_nobody_in(make_app, issuer, monkeypatch, said):
    register(issuer, "s-anna", preferred_username="Anna", groups=["safety-board"])
    send = requests.Session.send

    def replace(session, request, **given):
        answer = send(session, request, **given)
        if request.url.endswith("/userinfo"):
            answer._content = said
        return answer

    monkeypatch.setattr(requests.Session, "send", replace)
    client = make_app().test_client()
    answer = sign_in(client, "s-anna")
    assert (answer.status_code, "is not valid" in answer.text) == (403, True)
    assert client.get("/overview").status_code == 303


def test_the_secret_goes_to_no_address_that_an_answer_names(make_app, issuer, monkeypatch):
    register(issuer, "s-anna", preferred_username="Anna", groups=[])
    send, follows = requests.Session.send, []

    def watch(session, request, **given):
        if request.url.endswith("/token"):
            follows.append(given["allow_redirects"])
        return send(session, request, **given)

    monkeypatch.setattr(requests.Session, "send", watch)
    assert sign_in(make_app().test_client(), "s-anna").status_code == 303
    assert follows == [False]
