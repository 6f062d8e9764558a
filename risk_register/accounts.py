"""Who may sign in, and which roles each was given on which deployment.

Passwords are argon2 hashes, one-time links are kept as hashes of their tokens, and too many wrong passwords
lock an account for a while. What a role allows is `permissions`; sessions are the dashboard's business.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select

from risk_register.errors import NotAllowedError, SelfApprovalError, UnknownRecordError
from risk_register.model import Account, AccountGrant, OneTimeLink
from risk_register.permissions import Action, Grant, Role, check_may, deployments_of, may
from risk_register.store import Store, Write

__all__ = [
    "AccountRecord",
    "Action",
    "Grant",
    "Role",
    "check_may",
    "create_account",
    "deployments_of",
    "disable_account",
    "grant",
    "grants",
    "issue_link",
    "list_accounts",
    "may",
    "redeem_link",
    "revoke",
    "set_password",
    "verify_password",
]

FAILURES_BEFORE_LOCK = 5  # the sixth wrong password in a row is not even looked at
LOCK_FOR = dt.timedelta(minutes=15)
MINIMUM_PASSWORD_LENGTH = 12  # NIST SP 800-63B asks for at least 8; a phrase is longer
NAME = re.compile(r"^[a-z0-9][a-z0-9._@\-]{0,99}$")


@dataclass(frozen=True)
class AccountRecord:
    """An account as an administrator sees it."""

    name: str
    has_password: bool
    is_disabled: bool
    locked_until: dt.datetime | None
    created_at: dt.datetime
    grants: frozenset[Grant]


def create_account(store: Store, *, name: str, actor: str, at: dt.datetime) -> None:
    """An account without password and without grants: it can do nothing yet.

    Raises:
        NotAllowedError: the name is taken or is not a name.
    """
    if not NAME.match(name):
        raise NotAllowedError(
            f"{name!r} is not an account name. Allowed: lower-case letters, digits and . _ @ -, at most 100."
        )
    with store.write(actor=actor, at=at) as write:
        if write.session.get(Account, name) is not None:
            raise NotAllowedError(f"There is an account {name} already.")
        write.session.add(Account(name=name, created_at=at))
        write.record("account_created", subject=name)


def disable_account(store: Store, *, name: str, actor: str, at: dt.datetime) -> None:
    """Shut an account: it cannot sign in and has no grants; its past decisions stay under its name."""
    with store.write(actor=actor, at=at) as write:
        _find(write, name).is_disabled = True
        write.record("account_disabled", subject=name)


def grant(store: Store, *, name: str, role: Role, deployment_id: str, actor: str, at: dt.datetime) -> None:
    """Give a role on one deployment; giving it twice changes nothing.

    Raises:
        SelfApprovalError: somebody would give a role to themselves.
        UnknownRecordError: there is no such account.
    """
    if actor == name:
        raise SelfApprovalError(f"{name} cannot give a role to themselves; another administrator must do it.")
    with store.write(actor=actor, at=at) as write:
        _find(write, name)
        if write.session.get(AccountGrant, (name, Role(role).value, deployment_id)) is None:
            write.session.add(AccountGrant(name=name, role=Role(role).value, deployment_id=deployment_id))
            write.record("role_granted", subject=name, deployment_id=deployment_id, role=Role(role).value)


def revoke(store: Store, *, name: str, role: Role, deployment_id: str, actor: str, at: dt.datetime) -> None:
    """Take a role away.

    Raises:
        UnknownRecordError: the account does not have it.
    """
    with store.write(actor=actor, at=at) as write:
        found = write.session.get(AccountGrant, (name, Role(role).value, deployment_id))
        if found is None:
            raise UnknownRecordError(
                f"{name} is not {role} of {deployment_id}; there is nothing to take away."
            )
        write.session.delete(found)
        write.record("role_revoked", subject=name, deployment_id=deployment_id, role=Role(role).value)


def grants(store: Store, name: str) -> frozenset[Grant]:
    """What an account has been given; nothing for an unknown or disabled one."""
    with store.read() as session:
        account = session.get(Account, name)
        if account is None or account.is_disabled:
            return frozenset()
        rows = session.scalars(select(AccountGrant).where(AccountGrant.name == name))
        return frozenset(Grant(Role(row.role), row.deployment_id) for row in rows)


def list_accounts(store: Store) -> tuple[AccountRecord, ...]:
    """All accounts, by name."""
    with store.read() as session:
        given: dict[str, set[Grant]] = {}
        for row in session.scalars(select(AccountGrant)):
            given.setdefault(row.name, set()).add(Grant(Role(row.role), row.deployment_id))
        return tuple(
            AccountRecord(
                name=account.name,
                has_password=account.password_hash is not None,
                is_disabled=account.is_disabled,
                locked_until=account.locked_until,
                created_at=account.created_at,
                grants=frozenset(given.get(account.name, ())),
            )
            for account in session.scalars(select(Account).order_by(Account.name))
        )


def set_password(store: Store, *, name: str, password: str, actor: str, at: dt.datetime) -> None:
    """Set a password and lift a lock.

    Raises:
        NotAllowedError: the password is too short or is the account's name.
    """
    if len(password) < MINIMUM_PASSWORD_LENGTH or password.casefold() == name.casefold():
        raise NotAllowedError(
            f"A password needs at least {MINIMUM_PASSWORD_LENGTH} characters and is not the account's name."
        )
    password_hash = _hasher().hash(password)
    with store.write(actor=actor, at=at) as write:
        account = _find(write, name)
        account.password_hash = password_hash
        account.failed_count, account.locked_until = 0, None
        write.record("password_set", subject=name)


def verify_password(store: Store, *, name: str, password: str, at: dt.datetime) -> bool:
    """Whether the password is right and the account may sign in now.

    An unknown, disabled or locked account answers no, like a wrong password, and takes as long.
    """
    decoy = _decoy()
    password_hash = _count_attempt(store, name=name, at=at)
    if not _matches(password_hash or decoy, password) or password_hash is None:
        return False
    with store.write(actor=name, at=at) as write:
        account = _find(write, name)
        if account.is_disabled or account.password_hash != password_hash:
            return False
        account.failed_count, account.locked_until = 0, None
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
        if _find(write, name).is_disabled:
            raise NotAllowedError(f"The account {name} is disabled; a link would not let it in.")
        write.session.add(OneTimeLink(token_hash=_hash_token(token), name=name, expires_at=at + valid_for))
        write.record("link_issued", subject=name, expires_at=(at + valid_for).isoformat())
    return token


def redeem_link(store: Store, *, token: str, at: dt.datetime) -> str | None:
    """The account that a token signs in; None if it is unknown, used, expired, or the account is disabled."""
    with store.read() as session:
        known = session.get(OneTimeLink, _hash_token(token))
    if known is None:
        return None
    with store.write(actor=known.name, at=at) as write:
        link = write.session.get_one(OneTimeLink, _hash_token(token))
        if link.redeemed_at is not None or at >= link.expires_at or _find(write, link.name).is_disabled:
            return None
        link.redeemed_at = at
        write.record("signed_in", subject=link.name, by="link")
        return link.name


def _count_attempt(store: Store, *, name: str, at: dt.datetime) -> str | None:
    """Count an attempt before the password is looked at, so that many at once cannot slip past the lock."""
    with store.read() as session:
        if session.get(Account, name) is None:
            return None
    with store.write(actor=name, at=at) as write:
        account = _find(write, name)
        if account.is_disabled or account.password_hash is None:
            return None
        if account.locked_until is not None:
            if at < account.locked_until:
                return None
            account.failed_count, account.locked_until = 0, None
        account.failed_count += 1
        if account.failed_count >= FAILURES_BEFORE_LOCK:
            account.locked_until = at + LOCK_FOR
        write.record("sign_in_attempted", subject=name, attempt=account.failed_count)
        return account.password_hash


def _find(write: Write, name: str) -> Account:
    account = write.session.get(Account, name)
    if account is None:
        raise UnknownRecordError(f"There is no account {name}. Create it with `plimsoll users`.")
    return account


def _hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


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
