"""Tokens of machines: what CI sends to announce a change, and nothing else.

A token acts as the account it was issued for, within that account's grants; only its hash is kept.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import func, select

from risk_register.account.grants import BY_GROUPS
from risk_register.account.permissions import Grant
from risk_register.account.record import find_account, read_grants
from risk_register.account.sessions import Method
from risk_register.account.token_hash import hash_token
from risk_register.database.model import Account
from risk_register.database.store import Store
from risk_register.database.tables.account import AccessToken, AccountSession
from risk_register.errors import NotAllowedError, UnknownRecordError

GROUPS_HOLD = dt.timedelta(days=30)
"""How long after signing in by the provider a token has the roles that its groups gave. Whoever leaves signs
in no more, and nothing else tells that to us; a job whose engineer looks in once a month goes on."""
LONGEST = dt.timedelta(days=366)  # a token that nobody renews is a token that nobody remembers


@dataclass(frozen=True)
class TokenRecord:
    """A token as an administrator sees it; `token_hash` names it, and opens nothing."""

    token_hash: str
    name: str
    label: str
    issued_by: str
    issued_at: dt.datetime
    expires_at: dt.datetime
    revoked_at: dt.datetime | None


def issue_token(
    store: Store, *, name: str, label: str, valid_for: dt.timedelta, actor: str, at: dt.datetime
) -> str:
    """A token for a machine that acts as an account; shown once.

    Raises:
        NotAllowedError: it would hold for more than a year, has no label, or the account is disabled.
        UnknownRecordError: there is no such account.
    """
    if not label.strip() or not dt.timedelta() < valid_for <= LONGEST:
        raise NotAllowedError(f"A token needs a label and holds for 1 to {LONGEST.days} days.")
    token = secrets.token_urlsafe(32)
    with store.write(actor=actor, at=at) as write:
        if find_account(write, name).is_disabled:
            raise NotAllowedError(f"The account {name} is disabled; a token would not let it in.")
        write.session.add(
            AccessToken(
                token_hash=hash_token(token),
                name=name,
                label=label.strip(),
                issued_by=actor,
                issued_at=at,
                expires_at=at + valid_for,
            )
        )
        write.record("token_issued", subject=name, label=label.strip())
    return token


def find_bearer(store: Store, token: str, *, at: dt.datetime) -> str | None:
    """The account that a token acts as; None if it is not in use, or the account is disabled."""
    with store.read() as session:
        row = session.get(AccessToken, hash_token(token))
        if row is None or row.revoked_at is not None or at >= row.expires_at:
            return None
        account = session.get(Account, row.name)
        return None if account is None or account.is_disabled else row.name


def find_bearer_grants(store: Store, name: str, *, at: dt.datetime) -> frozenset[Grant]:
    """What a token may do as an account: its roles, but for those of a provider's groups that rest."""
    by_provider = select(func.max(AccountSession.opened_at)).where(
        AccountSession.name == name, AccountSession.method == Method.IDENTITY.value
    )
    with store.read() as session:
        signed_in_at = session.scalar(by_provider)
        rests = signed_in_at is None or at - signed_in_at > GROUPS_HOLD
        return read_grants(session, name, without=BY_GROUPS if rests else None)


def revoke_token(store: Store, *, token_hash: str, actor: str, at: dt.datetime) -> None:
    """Take a token out of use.

    Raises:
        UnknownRecordError: there is none, or it is out of use.
    """
    with store.write(actor=actor, at=at) as write:
        row = write.session.get(AccessToken, token_hash)
        if row is None or row.revoked_at is not None:
            raise UnknownRecordError("There is no such token in use.")
        row.revoked_at = at
        write.record("token_revoked", subject=row.name, label=row.label)


def list_tokens(store: Store) -> tuple[TokenRecord, ...]:
    """Every token that was issued, newest first."""
    names = tuple(TokenRecord.__dataclass_fields__)
    with store.read() as session:
        rows = session.scalars(select(AccessToken).order_by(AccessToken.issued_at.desc()))
        return tuple(TokenRecord(**{name: getattr(row, name) for name in names}) for row in rows)
