"""Where the dashboard is for its readers, and whose word about where they come from counts."""

from __future__ import annotations

import io

import pytest

from dashboards.__main__ import DashboardServer, serve
from dashboards.app import LARGEST_UPLOAD, create_app
from dashboards.guesses import MOST_WRONG
from dashboards.reach import Reach, find_reader, read_reach

SECRET = b"a secret of the tests, long enough to sign"
ADDRESS = "https://portal.example.org/plimsoll"
PROXY, OUTER, READER = "127.0.0.1", "10.0.0.7", "203.0.113.7"


def believe(*proxies: str) -> Reach:
    return read_reach(None, is_https=True, proxies=proxies)


@pytest.fixture
def make_client(home, clock):
    """A browser before an application that is reached in a certain way."""

    def make(reach: Reach):
        return create_app(
            published=home / "published",
            governance_url=f"sqlite:///{home / 'governance.sqlite'}",
            secret=SECRET,
            reach=reach,
            clock=clock,
        ).server.test_client()

    return make


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "reader"),
    [
        (PROXY, READER, (), READER),
        (PROXY, f"198.51.100.1, {READER}", (), READER),  # what stands before was written by the reader
        (PROXY, "", (), PROXY),
        (PROXY, "unknown", (), PROXY),
        ("", READER, (), READER),  # by a socket in the file system
        (READER, "198.51.100.1", (), READER),  # somebody who came past the proxy
        (OUTER, READER, (), OUTER),
        (OUTER, READER, ("10.0.0.0/24",), READER),
        (PROXY, f"{READER}, {OUTER}", (PROXY, OUTER), READER),  # two proxies, both ours
        (PROXY, f"198.51.100.1, {READER}, {OUTER}", (PROXY, OUTER), READER),
        (PROXY, f"{READER}, {OUTER}", (PROXY,), OUTER),
        (PROXY, f"{READER}:4711", (), READER),
        (PROXY, "[2001:db8::1]:4711", (), "2001:db8::1"),
        ("::ffff:127.0.0.1", READER, (), READER),
        (PROXY, OUTER, (PROXY, OUTER), OUTER),
    ],
)
def test_the_reader_is_the_nearest_that_is_no_proxy_of_ours(peer, forwarded, proxies, reader):
    assert find_reader(peer, forwarded, believe(*proxies).proxies) == reader


@pytest.mark.parametrize(
    ("host", "listens_on"),
    [("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("[::1]", "::1"), ("::", "::"), ("localhost", "localhost")],
)
def test_a_host_is_listened_on_in_whatever_way_it_is_written(home, monkeypatch, host, listens_on):
    begun = []

    def note(server):
        begun.append(server.cfg.address)

    monkeypatch.setattr(DashboardServer, "run", note)
    serve(published=home, governance_url=f"sqlite:///{home / 'x'}", secret=SECRET, host=host, port=8050)
    assert begun == [[(listens_on, 8050)]]


def test_without_a_proxy_nobody_is_believed():
    assert find_reader(PROXY, READER, read_reach(None, is_https=False).proxies) == PROXY


@pytest.mark.parametrize(
    ("given", "scheme", "host", "root"),
    [
        ("https://plimsoll.example.org", "https", "plimsoll.example.org", ""),
        ("https://plimsoll.example.org:443/", "https", "plimsoll.example.org", ""),
        (f"{ADDRESS}/", "https", "portal.example.org", "/plimsoll"),
        ("http://[2001:db8::1]:8080/a/b", "http", "[2001:db8::1]:8080", "/a/b"),
    ],
)
def test_an_address_says_scheme_host_and_path(given, scheme, host, root):
    reach = read_reach(given, is_https=False)
    assert (reach.scheme, reach.host, reach.root) == (scheme, host, root)


@pytest.mark.parametrize(
    "given", ["plimsoll.example.org", "ftp://x", "https://", "https://x?y", "https://a:b@x", "https://x//y"]
)
def test_what_is_no_address_is_told(given):
    with pytest.raises(ValueError, match="is not where readers reach the dashboard"):
        read_reach(given, is_https=False)


def test_words_that_contradict_each_other_are_told():
    with pytest.raises(ValueError, match="although --https was given"):
        read_reach("http://x", is_https=True)
    with pytest.raises(ValueError, match="named by its address or network"):
        believe("proxy.example.org")


def test_under_a_path_every_way_keeps_it(make_client):
    client = make_client(read_reach(ADDRESS, is_https=False))
    assert client.get("/overview").status_code == 404
    assert client.get("/health").status_code == client.get("/plimsoll/health").status_code == 200
    answer = client.get("/plimsoll/overview?range=4w")
    assert answer.location == "/plimsoll/sign-in?next=%2Fplimsoll%2Foverview%3Frange%3D4w"
    assert client.get("/plimsoll/register").location.startswith("/plimsoll/")
    door = client.get(answer.location).text
    for way in ("/assets/", "/sign-in/password"):
        assert f'"/plimsoll{way}' in door
        assert f'"{way}' not in door


@pytest.mark.parametrize(
    ("reach", "name", "path"),
    [
        (read_reach("https://plimsoll.example.org", is_https=False), "__Host-plimsoll_session", "/"),
        (read_reach(ADDRESS, is_https=False), "__Secure-plimsoll_session", "/plimsoll"),
        (read_reach(None, is_https=True), "__Host-plimsoll_session", "/"),
        (Reach(), "plimsoll_session", "/"),
    ],
)
def test_the_name_of_a_cookie_lets_browsers_protect_it(make_client, reach, name, path):
    [cookie] = [
        one
        for one in make_client(reach).get(f"{reach.root}/sign-in").headers.getlist("Set-Cookie")
        if "plimsoll_session" in one
    ]
    parts = cookie.split("; ")
    assert parts[0].startswith(f"{name}=")
    assert ("Secure" in parts) is reach.is_https
    assert {"HttpOnly", f"Path={path}", "SameSite=Lax"} <= set(parts)
    assert not any(part.startswith("Domain") for part in parts)


def try_password(client, forwarded: str, peer: str = PROXY) -> int:
    with client.session_transaction(base_url="https://localhost") as kept:
        kept["csrf_token"] = "t"
    return client.post(
        "/sign-in/password",
        base_url="https://localhost",
        data={"csrf_token": "t", "name": "nobody", "password": "x"},
        headers={"X-Forwarded-For": forwarded},
        environ_base={"REMOTE_ADDR": peer},
    ).status_code


def test_what_a_reader_writes_into_the_header_moves_no_limit(make_client):
    client = make_client(believe())
    victim = "192.0.2.55"
    tried = [
        try_password(client, f"{victim if number % 2 else f'198.51.100.{number}'}, {READER}")
        for number in range(MOST_WRONG + 2)
    ]
    assert tried == [403] * MOST_WRONG + [429] * 2
    assert try_password(client, victim) == 403


def test_who_comes_past_the_proxy_is_counted_by_its_own_address(make_client):
    client = make_client(believe("10.0.0.7"))
    tried = [try_password(client, f"198.51.100.{number}", peer=READER) for number in range(MOST_WRONG + 1)]
    assert tried[-1] == 429
    assert try_password(client, "198.51.100.1", peer="10.0.0.7") == 403


def test_what_is_too_large_is_read_to_its_end_so_that_the_proxy_hears_the_answer(make_client):
    body = io.BytesIO(b"x" * (LARGEST_UPLOAD + 1))
    answer = make_client(believe()).post(
        "/sign-in/password",
        base_url="https://localhost",
        input_stream=body,
        content_length=LARGEST_UPLOAD + 1,
        content_type="multipart/form-data; boundary=b",
    )
    assert answer.status_code == 413
    assert body.read() == b""
