"""What the browser keeps: nothing in it can be read or made, and nothing of one purpose serves another."""

import base64
import re
import zlib

import pytest
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature

from dashboards.seal import Seal

SECRET = b"a secret of the tests, long enough to sign"
HARBOR = "?deployment=harbor_companion"


def decode(cookie: str) -> str:
    """Everything that can be read in a cookie without a key."""
    found = cookie
    for part in cookie.split("."):
        content = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        for unpack in (bytes, zlib.decompress):
            try:
                found += unpack(content).decode("latin-1")
            except zlib.error:
                continue
    return found


@pytest.fixture
def administrator(visit, store, clock):
    """Somebody who makes links for others."""
    from risk_register.account import accounts

    accounts.create_account(store, name="head", actor="command_line", at=clock())
    accounts.grant(store, name="head", role=accounts.Role.ADMINISTRATOR, deployment_id="harbor_companion",
                   actor="command_line", at=clock())  # fmt: skip
    return visit().sign_in("head")


def make_link(visitor):
    """Ask for a link as a browser without scripts does: the cookie that carries it to the next page."""
    answer = visitor.send("/administration", HARBOR, action="link", name="viewer")
    assert answer.status_code == 303
    return visitor.client.get_cookie("plimsoll_session").value


def test_a_link_that_is_shown_once_is_not_in_the_cookie(administrator):
    assert "token=" not in decode(make_link(administrator))
    assert re.search(r"/sign-in\?token=[\w-]{30,}", administrator.read("/administration", HARBOR))
    assert "token=" not in administrator.read("/administration", HARBOR)


def test_a_cookie_that_is_only_signed_would_have_shown_it(app, administrator):
    app.server.session_interface = SecureCookieSessionInterface()
    administrator.sign_in("head")
    assert "token=" in decode(make_link(administrator))


@pytest.mark.parametrize(
    "sealed",
    ["", "x", "gAAAAA==", "\u00e9", Seal(b"other" * 8, "session").dumps({})],
    ids=["empty", "short", "cut off", "not of ASCII", "of another secret"],
)
def test_what_was_not_sealed_here_is_nobody(sealed, visit):
    with pytest.raises(BadSignature):
        Seal(SECRET, "session").loads(sealed)
    visitor = visit()
    visitor.client.set_cookie("plimsoll_session", sealed)
    assert visitor.client.get("/overview").status_code == 303


def test_a_seal_of_one_purpose_does_not_open_that_of_another():
    sealed = Seal(SECRET, "last seen").dumps({"_user_id": "x"})
    with pytest.raises(BadSignature):
        Seal(SECRET, "session").loads(sealed)
    assert Seal(SECRET, "last seen").loads(sealed) == {"_user_id": "x"}


def test_what_was_sealed_too_long_ago_is_not_opened():
    seal = Seal(SECRET, "session")
    sealed = seal.dumps("kept")
    assert seal.loads(sealed, max_age=60) == "kept"
    with pytest.raises(BadSignature, match="too long ago"):
        seal.loads(sealed, max_age=-1)
