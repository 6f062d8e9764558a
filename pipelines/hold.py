"""Legal holds: named conversations that retention and erasure leave alone until a person releases them.

Those of counsel are kept in `<home>/definitions/holds.yaml`, so that an auditor can read them; those of an
incident in the register (`risk_register.incident.holds`); both protect alike, and take two people of the same
roles. The audit names a hold by its id alone, for it outlives the person's data. A file or register that
cannot be read stops retention and erasure.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc
import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pipelines.durable import replace_durably
from pipelines.errors import DefinitionError, StateError
from pipelines.lake.lake import Lake
from pipelines.lock import locked
from pipelines.settings import Home
from risk_register.account.accounts import Action, grants, list_accounts, may
from risk_register.account.four_eyes import find_tie
from risk_register.database.audit import list_entries, record_access
from risk_register.database.store import Store, open_store
from risk_register.errors import NotAllowedError, SelfApprovalError
from risk_register.incident.holds import list_holds

FILE, COUNTER = "holds.yaml", "holds.count"
NUMBERED = re.compile(r"^hold_(\d{4})$")
UNNUMBERED = "hold_0000"
ADDED, RELEASED = "hold_added", "hold_released"
"""What the audit says of them."""
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Thread = tuple[str, str]
"""Deployment and thread."""


class Hold(BaseModel):
    """One hold. It covers the whole thread, for a conversation is cut anew when late records come."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hold_id: Annotated[str, Field(pattern=NUMBERED.pattern)]
    deployment_id: Words
    conversation_id: Words
    thread_id: Words
    reason: Words
    requested_by: Words
    approved_by: Words
    added_on: dt.date
    expires_on: dt.date

    def is_in_force(self, on: dt.date) -> bool:
        """Whether it still holds; its last day counts."""
        return on <= self.expires_on


def load_holds(home: Home) -> tuple[Hold, ...]:
    """Every hold that was not released, in force or not.

    Raises:
        DefinitionError: the file is not valid; nothing may be dropped or erased then.
    """
    path = home.definitions / FILE
    if not path.exists():
        return ()
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return tuple(Hold.model_validate(one) for one in content["holds"])
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, ValidationError) as error:
        problem = error.errors()[0]["msg"] if isinstance(error, ValidationError) else type(error).__name__
        raise DefinitionError(
            f"{path} is not valid ({problem}). Nothing is dropped or erased until it is put right; "
            "`plimsoll hold list` checks it."
        ) from None


def held_threads(home: Home, on: dt.date) -> frozenset[Thread]:
    """The threads that a hold protects on a day: those of the file, and those of incidents.

    Raises:
        DefinitionError: the file is not valid.
        StoreError: the register cannot be read; nothing may be dropped or erased then.
    """
    store = open_store(home.governance_url)
    ordered = ((one.deployment_id, one.thread_id) for one in load_holds(home) if one.is_in_force(on))
    of_incidents = ((one.deployment_id, one.thread_id) for one in list_holds(store) if one.is_in_force(on))
    return frozenset((*ordered, *of_incidents))


def add_hold(
    home: Home,
    store: Store,
    *,
    deployment_id: str,
    conversation_id: str,
    reason: str,
    requested_by: str,
    approved_by: str,
    expires_on: dt.date,
    at: dt.datetime,
) -> Hold:
    """Put a conversation under hold; one that was killed before its trace is finished by asking again.

    Raises:
        StateError: no such conversation, one name alone, a blank reason, or an expiry that has passed.
        NotAllowedError: one of the two is no open account that may, or both are one person.
    """
    if not reason.strip():
        raise StateError("A hold needs a reason.")
    _check_two_names(requested_by, approved_by, what="add a hold")
    _check_two_people(
        store, requested_by, approved_by, what="add a hold", deployment_id=deployment_id, hold_id=UNNUMBERED
    )
    if expires_on < at.date():
        raise StateError(f"A hold until {expires_on} would have expired already.")
    with locked(home.lake, by="hold"):
        held = load_holds(home)
        asked = Hold(
            hold_id=UNNUMBERED,
            deployment_id=deployment_id,
            conversation_id=conversation_id,
            thread_id=find_thread(Lake(home.lake), deployment_id, conversation_id),
            reason=reason,
            requested_by=requested_by,
            approved_by=approved_by,
            added_on=at.date(),
            expires_on=expires_on,
        )
        hold = _find_untraced(store, held, asked)
        if hold is None:
            hold = asked.model_copy(update={"hold_id": _next_id(home, store, held)})
            # First: a hold without a trace protects, a trace does not.
            _write(home.definitions, (*held, hold))
        record_access(
            store, action=ADDED, subject=hold.hold_id, deployment_id=deployment_id, reason=hold.reason,
            actor=hold.approved_by, at=at, requested_by=hold.requested_by,
            expires_on=hold.expires_on.isoformat(),
        )  # fmt: skip
    return hold


def release_hold(
    home: Home,
    store: Store,
    *,
    hold_id: str,
    reason: str,
    requested_by: str,
    approved_by: str,
    at: dt.datetime,
) -> Hold:
    """End a hold; what it kept goes with the next retention or erasure.

    Raises:
        StateError: there is no such hold, or one name alone would end it.
        NotAllowedError: one of the two is no open account that may, both are one person, or no reason.
    """
    _check_two_names(requested_by, approved_by, what="end a hold")
    with locked(home.lake, by="hold"):
        held = load_holds(home)
        found = next((one for one in held if one.hold_id == hold_id), None)
        if found is None:
            known = ", ".join(one.hold_id for one in held) or "none"
            raise StateError(f"There is no hold {hold_id}. In the file are: {known}.")
        _check_two_people(
            store, requested_by, approved_by, what="end a hold", deployment_id=found.deployment_id,
            hold_id=hold_id,
        )  # fmt: skip
        if not _has_trace(store, RELEASED, hold_id):  # else one was killed behind it
            record_access(
                store, action=RELEASED, subject=hold_id, deployment_id=found.deployment_id, reason=reason,
                actor=approved_by.strip(), at=at, requested_by=requested_by.strip(),
                expires_on=found.expires_on.isoformat(),
            )  # fmt: skip
        _write(home.definitions, tuple(one for one in held if one.hold_id != hold_id))
    return found


def _check_two_names(requested_by: str, approved_by: str, *, what: str) -> None:
    if not (requested_by.strip() and approved_by.strip()):
        raise StateError(f"To {what}, one person asks for it and another approves it; both are named.")
    if requested_by.strip().casefold() == approved_by.strip().casefold():
        raise StateError(f"{requested_by} cannot approve what {requested_by} asks for.")


def _check_two_people(
    store: Store, requested_by: str, approved_by: str, *, what: str, deployment_id: str, hold_id: str
) -> None:
    """Raise unless both names are accounts of two people who may; a store without accounts knows nobody."""
    if not list_accounts(store):
        return
    asker, approver = requested_by.strip(), approved_by.strip()
    for name in (asker, approver):
        if not may(grants(store, name), Action.CLOSE_INCIDENT, deployment_id):
            raise NotAllowedError(
                f"{name} may not {what} of {deployment_id}: that takes two open accounts with the role of "
                "safety officer or compliance there. Name whoever asked from outside in the reason."
            )
    with store.read() as session:
        tie = find_tie(session, approver, [asker], subject=hold_id, deployment_id=deployment_id)
    if tie is not None:
        raise SelfApprovalError(f"{approver} cannot approve what {asker} asks for.{tie}")


def find_thread(lake: Lake, deployment_id: str, conversation_id: str) -> str:
    """The thread of a conversation.

    Raises:
        StateError: the deployment has no such conversation.
    """
    rows = lake.read(
        "staging.conversation", deployment_id=deployment_id, columns=["conversation_id", "thread_id"]
    )
    found = [] if rows is None else _select(rows, conversation_id)
    if not found:
        raise StateError(f"Deployment {deployment_id} has no conversation {conversation_id}.")
    return found[0]


def _select(rows: pa.Table, conversation_id: str) -> list[str]:
    threads: list[str] = rows.filter(pc.equal(rows["conversation_id"], conversation_id))[
        "thread_id"
    ].to_pylist()
    return threads


def _find_untraced(store: Store, held: tuple[Hold, ...], asked: Hold) -> Hold | None:
    """The hold that an earlier, killed request for the same left without a trace."""
    for one in held:
        same = asked.model_copy(update={"hold_id": one.hold_id, "added_on": one.added_on})
        if one == same and not _has_trace(store, ADDED, one.hold_id):
            return one
    return None


def _has_trace(store: Store, action: str, hold_id: str) -> bool:
    return bool(list_entries(store, action=action, subject=hold_id, limit=1))


def _next_id(home: Home, store: Store, held: tuple[Hold, ...]) -> str:
    # A number is never used twice, also not that of a released hold: the audit knows it.
    traces = [one for action in (ADDED, RELEASED) for one in list_entries(store, action=action, limit=None)]
    given = [*(one.hold_id for one in held), *(one.subject for one in traces)]
    numbers = [int(found[1]) for found in map(NUMBERED.match, given) if found]
    number = max([_read_counter(home), *numbers]) + 1
    _replace(home.definitions / COUNTER, f"{number}\n")
    return f"hold_{number:04d}"


def _read_counter(home: Home) -> int:
    """The last number; 0 where the counter is lost or damaged, for the holds and the audit know theirs."""
    try:
        return int((home.definitions / COUNTER).read_text())
    except (FileNotFoundError, ValueError):
        return 0


def _write(folder: Path, holds: tuple[Hold, ...]) -> None:
    text = yaml.safe_dump({"holds": [one.model_dump(mode="json") for one in holds]}, sort_keys=False)
    _replace(folder / FILE, text)


def _replace(path: Path, text: str) -> None:
    hidden = path.with_name(f".{path.name}.aside")  # the check of definitions passes it over
    replace_durably(path, text, aside=hidden)
