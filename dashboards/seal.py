"""What a browser keeps for us, sealed: whoever reads a cookie reads nothing in it, and nobody else makes one.

Flask signs its session and leaves it readable; ours carries for a moment what is shown once, such as a link
that signs somebody in, and cookies end up in logs and copies of a browser's profile.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import flask
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature

SESSION = "session"
KEY_BYTES = 32


class Seal:
    """Seals values that JSON can hold, and opens what it sealed; each purpose has a key of its own."""

    def __init__(self, secret: bytes, purpose: str) -> None:
        key = HKDF(SHA256(), KEY_BYTES, salt=None, info=f"plimsoll {purpose}".encode()).derive(secret)
        self._fernet = Fernet(base64.urlsafe_b64encode(key))
        self._json = TaggedJSONSerializer()

    def dumps(self, value: Any) -> str:
        """The value, sealed; under the name by which Flask asks for it."""
        return self._fernet.encrypt(self._json.dumps(value).encode()).decode()

    def loads(self, sealed: str, max_age: int | None = None) -> Any:
        """The value of what was sealed with this key, at most so many seconds ago.

        Raises:
            BadSignature: it was not, or not with this key, or longer ago.
        """
        try:
            return self._json.loads(self._fernet.decrypt(sealed.encode(), ttl=max_age).decode())
        except InvalidToken as error:
            raise BadSignature("not sealed with this key, or too long ago") from error


def name_cookie(name: str, config: Mapping[str, Any]) -> str:
    """The name under which a browser lets nobody but this host, over TLS, set a cookie."""
    if not config["SESSION_COOKIE_SECURE"]:
        return name
    return f"{'__Host-' if config['SESSION_COOKIE_PATH'] == '/' else '__Secure-'}{name}"


class SealedSessions(SecureCookieSessionInterface):
    """Flask's sessions in a cookie, sealed instead of signed, under a name that browsers protect."""

    def get_cookie_name(self, app: flask.Flask) -> str:
        """The name of the session's cookie."""
        return name_cookie(super().get_cookie_name(app), app.config)

    def get_signing_serializer(self, app: flask.Flask) -> Any:
        """What Flask makes the cookie with and reads it by."""
        return Seal(app.config["SECRET_KEY"], SESSION)
