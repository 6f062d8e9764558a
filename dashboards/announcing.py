"""Where CI announces a change: one address that takes a token instead of a session, and does nothing else.

A token acts as the account it was issued for, within its grants; the rules are those of page and command.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

import flask
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from werkzeug.wrappers import Response

from dashboards.refusal import say_refusal
from risk_register.account import accounts
from risk_register.account.accounts import Action
from risk_register.account.tokens import GROUPS_HOLD, find_bearer, find_bearer_grants
from risk_register.database.store import Store
from risk_register.deployment.changes import Door, Subject, declare
from risk_register.errors import RegisterError

PATH = "/api/changes"
LARGEST = 16 * 1024  # bytes; a note and some ids
SCHEME = "Bearer "
RESTS = (
    f" For tokens, roles by a provider's groups hold until {GROUPS_HOLD.days} days after the last sign-in "
    "there: sign in once."
)
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class Announcement(BaseModel):
    """What CI sends."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    deployment: Text
    what: Subject
    on: date
    note: Text
    planned: bool = True
    risks: tuple[Text, ...] = ()


def add_announcing(server: flask.Flask, store: Store, clock: Callable[[], datetime]) -> None:
    """The route; it answers in JSON."""
    blueprint = flask.Blueprint("announcing", __name__)

    @blueprint.post(PATH)
    def announce() -> Response:
        sent = flask.request.headers.get("Authorization", "")
        name = find_bearer(store, sent.removeprefix(SCHEME), at=clock()) if sent.startswith(SCHEME) else None
        if name is None:
            return _answer(401, refusal="Send a token that is in use: Authorization: Bearer ...")
        try:
            wanted = Announcement.model_validate_json(flask.request.get_data(cache=False)[:LARGEST])
        except ValidationError as error:
            return _answer(422, refusal="; ".join(_say(each) for each in error.errors(include_url=False)))
        given = find_bearer_grants(store, name, at=clock())
        if not accounts.may(given, Action.DECLARE_CHANGE, wanted.deployment):
            refusal = f"{name} may not announce changes of {wanted.deployment}."
            return _answer(403, refusal=refusal + (RESTS if given != accounts.grants(store, name) else ""))
        try:
            change_id = declare(
                store,
                deployment_id=wanted.deployment,
                effective_on=wanted.on,
                what=wanted.what,
                note=wanted.note,
                is_planned=wanted.planned,
                actor=name,
                at=clock(),
                risk_ids=wanted.risks,
                through=Door.TOKEN,
            )
        except RegisterError as error:
            return _answer(422, refusal=say_refusal(error))
        return _answer(201, change_id=change_id)

    server.register_blueprint(blueprint)


def _say(problem: object) -> str:
    if not isinstance(problem, dict):
        return str(problem)
    return f"{'.'.join(str(part) for part in problem['loc']) or 'document'}: {problem['msg']}"


def _answer(code: int, **content: str) -> Response:
    answer = flask.jsonify(**content)
    answer.status_code = code
    return answer
