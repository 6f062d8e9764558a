"""Passwords and one-time links: how an account proves that it is itself, without an identity provider.

Passwords are argon2 hashes, links are kept as hashes of their tokens, and too many wrong passwords in a row
lock an account for a while, every further one for twice as long.
"""

from __future__ import annotations

import datetime as dt
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select

from risk_register.account.record import find_account
from risk_register.account.sessions import let_in
from risk_register.account.token_hash import hash_token
from risk_register.database.model import Account, OneTimeLink
from risk_register.database.store import Store
from risk_register.database.tables.account import AccountIdentity
from risk_register.errors import NotAllowedError

FAILURES_BEFORE_LOCK = 5  # the sixth wrong password in a row is not even looked at
LOCK_FOR = dt.timedelta(minutes=15)
MOST_DOUBLINGS = 4  # to four hours, so six guesses a day; whom a stranger shuts out is back the same day
MINIMUM_PASSWORD_LENGTH = 12  # NIST SP 800-63B asks for at least 8; a phrase is longer


def set_password(store: Store, *, name: str, password: str, actor: str, at: dt.datetime) -> None:
    """Set a password and lift a lock; whoever let the account in may know it, as whoever sets it for it.

    Raises:
        NotAllowedError: the password is too short or is the account's name.
    """
    if len(password) < MINIMUM_PASSWORD_LENGTH or password.casefold() == name.casefold():
        raise NotAllowedError(
            f"A password needs at least {MINIMUM_PASSWORD_LENGTH} characters and is not the account's name."
        )
    password_hash = _hasher().hash(password)
    with store.write(actor=actor, at=at) as write:
        account = find_account(write, name)
        account.password_hash = password_hash
        account.password_vouched_by = account.vouched_by if actor == name else actor
        account.failed_count, account.locked_until = 0, None
        write.record("password_set", subject=name)


def verify_password(
    store: Store, *, name: str, password: str, at: dt.datetime, issuer: str | None = None
) -> bool:
    """Whether the password is right and the account may sign in now.

    An unknown, disabled or locked account answers no, like a wrong password, and takes as long. So does one
    that a subject of `issuer`, the identity provider in use, opens: whoever may no longer come in there
    would otherwise keep a way in here, with the roles of groups that they have left.
    """
    decoy = _decoy()
    password_hash = _count_attempt(store, name=name, at=at, issuer=issuer)
    if not _matches(password_hash or decoy, password) or password_hash is None:
        return False
    with store.write(actor=name, at=at) as write:
        account = find_account(write, name)
        if account.is_disabled or account.password_hash != password_hash:
            return False
        account.failed_count, account.locked_until = 0, None
        let_in(write, account, vouched_by=account.password_vouched_by)
        write.record("signed_in", subject=name, by="password")
    return True


def issue_link(
    store: Store, *, name: str, at: dt.datetime, valid_for: dt.timedelta, actor: str = "command_line"
) -> str:
    """A token that signs the account in once, until it expires; the store keeps its hash alone.

    Raises:
        UnknownRecordError: there is no such account.
        NotAllowedError: the account is disabled.
    """
    token = secrets.token_urlsafe(32)
    with store.write(actor=actor, at=at) as write:
        if find_account(write, name).is_disabled:
            raise NotAllowedError(f"The account {name} is disabled; a link would not let it in.")
        write.session.add(
            OneTimeLink(token_hash=hash_token(token), name=name, expires_at=at + valid_for, issued_by=actor)
        )
        write.record("link_issued", subject=name, expires_at=(at + valid_for).isoformat())
    return token


def redeem_link(store: Store, *, token: str, at: dt.datetime) -> str | None:
    """The account that a token signs in; None if it is unknown, used, expired, or the account is disabled."""
    with store.read() as session:
        known = session.get(OneTimeLink, hash_token(token))
    if known is None:
        return None
    with store.write(actor=known.name, at=at) as write:
        link = write.session.get_one(OneTimeLink, hash_token(token))
        account = find_account(write, link.name)
        if link.redeemed_at is not None or at >= link.expires_at or account.is_disabled:
            return None
        link.redeemed_at = at
        let_in(write, account, vouched_by=link.issued_by)
        write.record("signed_in", subject=link.name, by="link")
        return link.name


def _count_attempt(store: Store, *, name: str, at: dt.datetime, issuer: str | None) -> str | None:
    """Count an attempt before the password is looked at, so that many at once cannot slip past the lock."""
    with store.read() as session:
        if session.get(Account, name) is None:
            return None
        if session.scalars(select(AccountIdentity).filter_by(name=name, issuer=issuer)).first() is not None:
            return None
    with store.write(actor=name, at=at) as write:
        account = find_account(write, name)
        if account.is_disabled or account.password_hash is None:
            return None
        if account.locked_until is not None and at < account.locked_until:
            return None
        account.failed_count += 1
        account.locked_until = _find_lock_end(account.failed_count, at)
        write.record("sign_in_attempted", subject=name, attempt=account.failed_count)
        return account.password_hash


def _find_lock_end(failed_count: int, at: dt.datetime) -> dt.datetime | None:
    doublings = failed_count - FAILURES_BEFORE_LOCK
    if doublings < 0:
        return None
    return at + LOCK_FOR * 2 ** min(doublings, MOST_DOUBLINGS)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher().verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _decoy() -> str:
    """A hash that no password matches, so that an unknown name takes as long as a known one."""
    return _hasher().hash(secrets.token_urlsafe(32))
