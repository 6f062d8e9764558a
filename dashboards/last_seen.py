"""The deployment that an account last looked at in this browser, kept in a sealed cookie of its own.

It outlives the session and says nothing to the next person at the same desk: it counts for its account alone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import flask
from itsdangerous import BadSignature
from werkzeug.wrappers import Response

from dashboards.seal import Seal, name_cookie

COOKIE = "plimsoll_last_seen"
KEEP = timedelta(days=90)
PURPOSE = "last seen"


def read_last_seen(account: str) -> str | None:
    """The deployment that the account last looked at; None if this browser does not know."""
    found = _read()
    return found["deployment"] if found is not None and found["account"] == account else None


def keep_last_seen(account: str, deployment_id: str) -> None:
    """Let the answer to this request carry it, unless the browser has it already."""
    seen = {"account": account, "deployment": deployment_id}
    if _read() == seen:
        return

    @flask.after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            _name(),
            _seal().dumps(seen),
            max_age=KEEP,
            httponly=True,
            samesite="Lax",
            secure=flask.current_app.config["SESSION_COOKIE_SECURE"],
            path=flask.current_app.config["SESSION_COOKIE_PATH"],
        )
        return response


def _read() -> Any:
    try:
        return _seal().loads(flask.request.cookies.get(_name(), ""), max_age=int(KEEP.total_seconds()))
    except BadSignature:
        return None


def _name() -> str:
    return name_cookie(COOKIE, flask.current_app.config)


def _seal() -> Seal:
    return Seal(flask.current_app.config["SECRET_KEY"], PURPOSE)
