"""Which roles an account was given on which deployment, by a person or by the groups of an identity provider.

Nobody gives a role to themselves, under whichever account. With the first role of a deployment ends every way
in that somebody opened who does not look after accounts there. What a role allows is `permissions`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import Select, select

from risk_register.account.four_eyes import IDENTITY_UNLINKED, list_same_person
from risk_register.account.permissions import Grant, Role
from risk_register.account.record import find_account, read_grants
from risk_register.account.sessions import end_all_within
from risk_register.database.model import Account, AccountGrant, OneTimeLink
from risk_register.database.store import Store, Write
from risk_register.database.tables.account import AccessToken, AccountIdentity
from risk_register.errors import SelfApprovalError, UnknownRecordError

BY_PERSON, BY_GROUPS = "person", "groups"


def grant(store: Store, *, name: str, role: Role, deployment_id: str, actor: str, at: dt.datetime) -> bool:
    """Give a role on one deployment; giving it twice changes nothing.

    The first one there ends the links, tokens, sessions, identities and the password that the account has
    from somebody who is no administrator there: they could use them, and would have the role. Returns
    whether any ended.

    Raises:
        SelfApprovalError: somebody would give a role to themselves.
        UnknownRecordError: there is no such account.
    """
    with store.write(actor=actor, at=at) as write:
        find_account(write, name)
        check_not_oneself(write, name)
        has_ended = False
        row = write.session.get(AccountGrant, (name, Role(role).value, deployment_id))
        if row is None:
            has_ended = _end_ways_in(write, name, deployment_id, has_identities=True)
            write.session.add(AccountGrant(name=name, role=Role(role).value, deployment_id=deployment_id))
        elif row.source != BY_PERSON:
            row.source = BY_PERSON
        else:
            return False
        write.record("role_granted", subject=name, deployment_id=deployment_id, role=Role(role).value)
    return has_ended


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
        return read_grants(session, name)


def sync_groups(write: Write, name: str, wanted: Iterable[Grant]) -> None:
    """Give and take what an identity provider's groups say; what people gave stays.

    An identity that somebody linked stays, too: these roles are those of its subject, and go with it.
    """
    rows = write.session.scalars(select(AccountGrant).where(AccountGrant.name == name)).all()
    held = {Grant(Role(row.role), row.deployment_id): row for row in rows}
    asked = set(wanted)
    for deployment_id in sorted({given.deployment_id for given in asked - held.keys()}):
        _end_ways_in(write, name, deployment_id, has_identities=False)
    for given in sorted(asked - held.keys(), key=_order):
        write.session.add(
            AccountGrant(
                name=name, role=given.role.value, deployment_id=given.deployment_id, source=BY_GROUPS
            )
        )
        write.record(
            "role_granted",
            subject=name,
            deployment_id=given.deployment_id,
            role=given.role.value,
            by=BY_GROUPS,
        )
    for given in sorted(held.keys() - asked, key=_order):
        if held[given].source == BY_GROUPS:
            write.session.delete(held[given])
            write.record(
                "role_revoked",
                subject=name,
                deployment_id=given.deployment_id,
                role=given.role.value,
                by=BY_GROUPS,
            )


def has_administrator(store: Store, deployment_id: str) -> bool:
    """Whether somebody who can sign in looks after the accounts of a deployment."""
    with store.read() as session:
        return session.scalars(_select_administrators(deployment_id).limit(1)).first() is not None


def check_not_oneself(write: Write, name: str) -> None:
    """Raise if an account would be changed by the person it belongs to, under whichever account.

    Who let whom in does not matter here, as it does for approvals: the one administrator there is lets
    everybody in, and has to be able to give them roles.

    Raises:
        SelfApprovalError: it would.
    """
    if name not in list_same_person(write.session, write.actor):
        return
    reason = "" if name == write.actor else f" The accounts {write.actor} and {name} belong to one person."
    raise SelfApprovalError(
        f"{name} cannot give a role to themselves; another administrator must do it.{reason}"
    )


def _end_ways_in(write: Write, name: str, deployment_id: str, *, has_identities: bool) -> bool:
    """End what lets outsiders in as an account without a role of a deployment; whether anything ended."""
    held = select(AccountGrant.role).filter_by(name=name, deployment_id=deployment_id)
    if write.session.scalars(held.limit(1)).first() is not None:
        return False
    outsiders = set(
        write.session.scalars(
            select(Account.name).where(
                Account.name != name, Account.name.not_in(_select_administrators(deployment_id))
            )
        )
    )
    before = write.entry_count
    account = find_account(write, name)
    for link in write.session.scalars(select(OneTimeLink).filter_by(name=name, redeemed_at=None)):
        if link.issued_by in outsiders and link.expires_at > write.at:
            link.expires_at = write.at
            write.record("link_ended", subject=name)
    for token in write.session.scalars(select(AccessToken).filter_by(name=name, revoked_at=None)):
        if token.issued_by in outsiders:
            token.revoked_at = write.at
            write.record("token_revoked", subject=name, label=token.label)
    for identity in write.session.scalars(select(AccountIdentity).filter_by(name=name)).all():
        if has_identities and identity.linked_by in outsiders:
            write.session.delete(identity)
            write.record(
                IDENTITY_UNLINKED, subject=name, issuer=identity.issuer, linked_by=identity.linked_by
            )
    if account.password_hash is not None and account.password_vouched_by in outsiders:
        account.password_hash = None
        write.record("password_ended", subject=name)
    if account.vouched_by in outsiders and (count := end_all_within(write, name)):
        write.record("sessions_ended", subject=name, session_count=count)
    return write.entry_count > before


def _select_administrators(deployment_id: str) -> Select[str]:
    return (
        select(AccountGrant.name)
        .join(Account, Account.name == AccountGrant.name)
        .where(
            AccountGrant.role == Role.ADMINISTRATOR.value,
            AccountGrant.deployment_id == deployment_id,
            Account.is_disabled.is_(False),
        )
    )


def _order(given: Grant) -> tuple[str, str]:
    return given.deployment_id, given.role.value
