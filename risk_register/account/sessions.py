"""Sessions of the dashboard: opened by signing in, ended by signing out, by an administrator, or shut.

Only the hash of a session's id is kept. How long one may be idle or open is the dashboard's business.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from risk_register.account.permissions import Grant
from risk_register.account.record import find_account, read_grants
from risk_register.account.token_hash import hash_token
from risk_register.database.model import Account
from risk_register.database.store import Store, Write
from risk_register.database.tables.account import AccountSession
from risk_register.errors import NotAllowedError


class Method(StrEnum):
    """How somebody signed in."""

    LINK = "link"
    PASSWORD = "password"  # noqa: S105  the name of a way in
    IDENTITY = "identity"
    """An identity provider said who it is."""


@dataclass(frozen=True)
class OpenSession:
    """Whose session it is, how it was opened, and what the account may do now."""

    name: str
    grants: frozenset[Grant]
    method: Method


@dataclass(frozen=True)
class SessionRecord:
    """A session as an administrator sees it."""

    name: str
    method: Method
    opened_at: dt.datetime


def open_session(store: Store, *, name: str, method: Method, at: dt.datetime) -> str:
    """A new session of an account; returns its id, which is kept nowhere.

    Raises:
        NotAllowedError: the account is disabled.
    """
    token = secrets.token_urlsafe(32)
    with store.write(actor=name, at=at) as write:
        if find_account(write, name).is_disabled:
            raise NotAllowedError(f"The account {name} is disabled.")
        write.session.add(
            AccountSession(
                session_hash=hash_token(token), name=name, method=Method(method).value, opened_at=at
            )
        )
        write.record("session_opened", subject=name, method=Method(method).value)
    return token


def find_session(store: Store, token: str) -> OpenSession | None:
    """The session of an id with the account's grants; None if it has ended or the account is disabled."""
    with store.read() as session:
        row = session.get(AccountSession, hash_token(token))
        if row is None or row.ended_at is not None:
            return None
        account = session.get(Account, row.name)
        if account is None or account.is_disabled:
            return None
        return OpenSession(row.name, read_grants(session, row.name), Method(row.method))


def end_session(store: Store, token: str, *, at: dt.datetime) -> None:
    """Sign out; ending what has ended changes nothing."""
    with store.read() as session:
        known = session.get(AccountSession, hash_token(token))
    if known is None or known.ended_at is not None:
        return
    with store.write(actor=known.name, at=at) as write:
        row = write.session.get_one(AccountSession, hash_token(token))
        row.ended_at, row.ended_by = at, known.name
        write.record("signed_out", subject=known.name)


def end_sessions(store: Store, *, name: str, actor: str, at: dt.datetime) -> int:
    """End every open session of an account; returns how many there were."""
    with store.write(actor=actor, at=at) as write:
        find_account(write, name)
        count = end_all_within(write, name)
        write.record("sessions_ended", subject=name, session_count=count)
    return count


def end_all_within(write: Write, name: str) -> int:
    """`end_sessions` as part of a write that records why."""
    rows = write.session.scalars(select(AccountSession).filter_by(name=name, ended_at=None)).all()
    for row in rows:
        row.ended_at, row.ended_by = write.at, write.actor
    return len(rows)


def let_in(write: Write, account: Account, *, vouched_by: str | None) -> None:
    """Note who vouches for whoever signs in now. Sessions that somebody else vouched for end.

    The account is one person in four-eyes rules, so that it cannot be used by two at once.
    """
    if account.vouched_by != vouched_by:
        end_all_within(write, account.name)
    account.vouched_by = vouched_by


def list_sessions(store: Store, *, since: dt.datetime) -> tuple[SessionRecord, ...]:
    """Sessions that were opened after a moment and have not been ended, newest first."""
    with store.read() as session:
        rows = session.scalars(
            select(AccountSession)
            .where(AccountSession.ended_at.is_(None), AccountSession.opened_at > since)
            .order_by(AccountSession.opened_at.desc())
        )
        return tuple(SessionRecord(row.name, Method(row.method), row.opened_at) for row in rows)
