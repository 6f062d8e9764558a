"""A home that a restore made calls nobody, until a person says that it is the live one.

It has the routes of the home it was taken from, and in its outbox calls that were answered long ago: a
rehearsal would wake the people on call with them. That the mark is there counts, whatever stands in it.
"""

from __future__ import annotations

import datetime as dt
import json

from pipelines.durable import replace_durably
from pipelines.errors import StateError
from pipelines.settings import Home
from risk_register.database.audit import record_access
from risk_register.database.store import Store

MARK = "silent.json"
SILENT = (
    "NOBODY IS CALLED: {home} was restored, and nobody has said that it is the live one. If it is, and the "
    "one it was taken from calls no more: plimsoll notify live --as ACCOUNT --reason ... A rehearsal stays "
    "silent."
)


def silence(home: Home, *, on: dt.date) -> None:
    """Let a home that is being restored call nobody."""
    words = json.dumps({"restored_on": on.isoformat()}) + "\n"
    replace_durably(home.path / MARK, words, aside=home.path / f".{MARK}")


def tell_silence(home: Home) -> str | None:
    """What to say, loudly, of a home that calls nobody; None of any other."""
    return SILENT.format(home=home.path) if (home.path / MARK).exists() else None


def check_calls(home: Home) -> None:
    """Refuse to call from a home that is silent.

    Raises:
        StateError: it is.
    """
    if (silent := tell_silence(home)) is not None:
        raise StateError(silent)


def end_silence(
    home: Home, store: Store, *, deployment_id: str, reason: str, actor: str, at: dt.datetime
) -> None:
    """Say that a restored home is the live one; the trace comes first.

    Args:
        home: the home, all of which calls from now on.
        store: its decisions, whose audit keeps who said it.
        deployment_id: the one on which the actor may.
        reason: why, for whoever reads the audit.
        actor: the account.
        at: now.

    Raises:
        StateError: it calls people already.
        NotAllowedError: the reason is blank.
    """
    if tell_silence(home) is None:
        raise StateError(f"{home.path} is not silent: it calls people already, by definitions/notify.yaml.")
    record_access(
        store,
        action="home_made_live",
        subject="home",
        deployment_id=deployment_id,
        reason=reason,
        actor=actor,
        at=at,
    )
    (home.path / MARK).unlink()
