"""The door: links open once and only by a button, sessions end, forms are ours, headers are on everything."""

from datetime import timedelta

import pytest

from dashboards.auth import IDLE_LIMIT, PUBLIC_ENDPOINTS, SESSION_LIMIT, safe_next
from dashboards.guesses import MOST_WRONG
from risk_register.account import accounts

SECOND = timedelta(seconds=1)


def make_link(visitor, name="viewer", valid_for=timedelta(hours=1)):
    return accounts.issue_link(visitor.store, name=name, at=visitor.clock(), valid_for=valid_for)


def redeem(visitor, link):
    form = {"csrf_token": visitor.token(), "token": link, "next": "/indicators?range=4w"}
    return visitor.client.post("/sign-in/link", data=form)


def is_signed_in(visitor) -> bool:
    return visitor.client.get("/overview").status_code == 200


def test_a_stranger_is_sent_to_the_door_with_the_way_back(visit):
    answer = visit().client.get("/indicators?deployment=harbor_companion")
    assert answer.status_code == 303
    assert answer.location == "/sign-in?next=%2Findicators%3Fdeployment%3Dharbor_companion"


def test_whoever_is_sent_to_the_door_reads_why_sessions_end(visit):
    assert "30 minutes without use" in visit().client.get("/sign-in?next=/overview").text
    assert "30 minutes without use" not in visit().client.get("/sign-in").text


def test_every_route_but_the_door_is_closed_to_a_stranger(app, visit):
    client = visit().client
    rules = [rule for rule in app.server.url_map.iter_rules() if rule.endpoint not in PUBLIC_ENDPOINTS]
    closed = {}
    for rule in rules:
        path = rule.rule
        for argument in rule.arguments:
            path = path.replace(f"<path:{argument}>", "overview/indicators").replace(f"<{argument}>", "x")
        for method in rule.methods & {"GET", "POST"}:
            if not path.startswith("/assets/"):
                closed[f"{method} {path}"] = client.open(path, method=method).status_code
    assert len(closed) > 5
    assert set(closed.values()) <= {303, 401}


def test_looking_at_a_link_does_not_use_it_up(visit):
    visitor = visit()
    link = make_link(visitor)
    assert visitor.client.head(f"/sign-in?token={link}").status_code == 200
    assert "Sign in with this link" in visitor.client.get(f"/sign-in?token={link}").get_data(as_text=True)
    answer = redeem(visitor, link)
    assert (answer.status_code, answer.location) == (303, "/indicators?range=4w")
    assert is_signed_in(visitor)


def test_a_link_opens_once(visit):
    first, second = visit(), visit()
    link = make_link(first)
    assert redeem(first, link).status_code == 303
    assert redeem(second, link).status_code == 403
    assert not is_signed_in(second)


@pytest.mark.parametrize(("wait", "status"), [(timedelta(hours=1) - SECOND, 303), (timedelta(hours=1), 403)])
def test_a_link_opens_until_it_expires(visit, clock, wait, status):
    visitor = visit()
    link = make_link(visitor)
    clock.move(wait)
    assert redeem(visitor, link).status_code == status


def test_a_form_without_the_sessions_token_is_refused(visit):
    visitor = visit()
    link = make_link(visitor)
    for token in ("", "guessed"):
        assert (
            visitor.client.post("/sign-in/link", data={"token": link, "csrf_token": token}).status_code == 403
        )
    assert redeem(visitor, link).status_code == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "http://localhost"}, 303),
    ],
)
def test_a_write_that_comes_from_another_site_is_refused(visit, headers, status):
    visitor = visit()
    form = {"csrf_token": visitor.token(), "token": make_link(visitor), "next": "/"}
    assert visitor.client.post("/sign-in/link", data=form, headers=headers).status_code == status


@pytest.mark.parametrize(("address", "status"), [("203.0.113.7", 429), ("203.0.113.8", 303)])
def test_after_many_wrong_passwords_over_all_accounts_an_address_waits(visit, store, clock, address, status):
    accounts.set_password(store, name="viewer", password="a long phrase here", actor="viewer", at=clock())

    def try_password(name, password, address):
        visitor = visit()
        form = {"csrf_token": visitor.token(), "name": name, "password": password}
        return visitor.client.post("/sign-in/password", data=form, environ_base={"REMOTE_ADDR": address})

    wrong = [try_password(f"nobody_{number}", "x", "203.0.113.7").status_code for number in range(MOST_WRONG)]
    assert set(wrong) == {403}
    assert try_password("viewer", "a long phrase here", address).status_code == status
    visitor = visit()
    assert redeem(visitor, make_link(visitor)).status_code == 303


def test_whoever_comes_in_does_not_bring_their_address_nearer_to_the_limit(visit, store, clock):
    phrase = "a long phrase here"
    accounts.set_password(store, name="viewer", password=phrase, actor="viewer", at=clock())
    place = {"REMOTE_ADDR": "203.0.113.9"}

    def try_password(name):
        visitor = visit()
        form = {"csrf_token": visitor.token(), "name": name, "password": phrase}
        return visitor.client.post("/sign-in/password", data=form, environ_base=place).status_code

    assert [try_password(f"nobody_{number}") for number in range(MOST_WRONG - 1)] == [403] * (MOST_WRONG - 1)
    assert [try_password("viewer") for _ in range(2)] == [303, 303]


def test_a_password_opens_and_a_wrong_one_says_no_more_than_an_unknown_name(visit, governance_factory):
    def try_password(name, password):
        visitor = visit()
        form = {"csrf_token": visitor.token(), "name": name, "password": password}
        return visitor.client.post("/sign-in/password", data=form)

    assert try_password("viewer", governance_factory.PASSWORD).status_code == 303
    wrong, unknown = try_password("viewer", "not the password"), try_password("nobody", "not the password")
    assert wrong.status_code == unknown.status_code == 403
    strip = lambda answer: answer.get_data(as_text=True).split('role="alert">')[1].split("<")[0]  # noqa: E731
    assert strip(wrong) == strip(unknown)


@pytest.mark.parametrize(("wait", "is_open"), [(IDLE_LIMIT, True), (IDLE_LIMIT + SECOND, False)])
def test_a_session_ends_after_half_an_hour_without_a_request(officer, clock, wait, is_open):
    clock.move(wait)
    assert is_signed_in(officer) is is_open


def test_a_session_ends_after_a_working_day_however_busy(officer, clock):
    step = IDLE_LIMIT
    for _ in range(SESSION_LIMIT // step):
        clock.move(step)
        assert is_signed_in(officer)
    clock.move(SECOND)
    assert not is_signed_in(officer)


def test_a_callback_of_an_ended_session_answers_401(officer, clock):
    clock.move(IDLE_LIMIT + SECOND)
    answer = officer.client.post("/_dash-update-component", json={})
    assert answer.status_code == 401


def test_signing_out_needs_the_token_and_ends_the_session(officer):
    token = officer.token()
    assert officer.client.post("/sign-out").status_code == 403
    assert is_signed_in(officer)
    kept = officer.client.get_cookie("plimsoll_session").value
    assert officer.client.post("/sign-out", data={"csrf_token": token}).status_code == 303
    assert not is_signed_in(officer)
    assert not is_signed_in(officer.come_back(kept))  # a copy of the cookie opens nothing any more


def test_the_session_token_changes_at_the_door(visit):
    visitor = visit()
    before = visitor.token()
    visitor.sign_in("viewer")
    assert visitor.token() != before


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(visit):
    cookies = visit().client.get("/sign-in").headers.getlist("Set-Cookie")
    sessions = [cookie for cookie in cookies if cookie.startswith("plimsoll_session=")]
    assert len(sessions) == 1
    assert "HttpOnly" in sessions[0]
    assert "SameSite=Lax" in sessions[0]


@pytest.mark.parametrize("path", ["/sign-in", "/overview", "/health", "/assets/page.css", "/nowhere"])
def test_every_answer_carries_the_headers(officer, path):
    headers = officer.client.get(path, buffered=True).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert "http" not in policy


def test_what_people_read_is_not_kept_by_caches(officer):
    assert officer.client.get("/overview").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "overview",
        "",
        None,
        "/a\nb",
    ],
)
def test_the_way_back_never_leads_to_another_site(target):
    assert safe_next(target) == "/"


def test_the_way_back_may_be_any_page_of_ours():
    assert safe_next("/indicators/x?range=4w&deployment=a") == "/indicators/x?range=4w&deployment=a"
