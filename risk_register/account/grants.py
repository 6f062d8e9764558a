"""Which roles an account was given on which deployment, by a person or by the groups of an identity provider.

Nobody gives a role to themselves, under whichever account. What a role allows is `permissions`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import select

from risk_register.account.four_eyes import list_same_person
from risk_register.account.permissions import Grant, Role
from risk_register.account.record import find_account
from risk_register.database.model import Account, AccountGrant
from risk_register.database.store import Store, Write
from risk_register.errors import SelfApprovalError, UnknownRecordError

BY_PERSON, BY_GROUPS = "person", "groups"


def grant(store: Store, *, name: str, role: Role, deployment_id: str, actor: str, at: dt.datetime) -> None:
    """Give a role on one deployment; giving it twice changes nothing.

    Raises:
        SelfApprovalError: somebody would give a role to themselves.
        UnknownRecordError: there is no such account.
    """
    with store.write(actor=actor, at=at) as write:
        find_account(write, name)
        check_not_oneself(write, name)
        row = write.session.get(AccountGrant, (name, Role(role).value, deployment_id))
        if row is None:
            write.session.add(AccountGrant(name=name, role=Role(role).value, deployment_id=deployment_id))
        elif row.source != BY_PERSON:
            row.source = BY_PERSON
        else:
            return
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


def sync_groups(write: Write, name: str, wanted: Iterable[Grant]) -> None:
    """Give and take what an identity provider's groups say; what people gave stays."""
    rows = write.session.scalars(select(AccountGrant).where(AccountGrant.name == name)).all()
    held = {Grant(Role(row.role), row.deployment_id): row for row in rows}
    asked = set(wanted)
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
    query = (
        select(AccountGrant.name)
        .join(Account, Account.name == AccountGrant.name)
        .where(
            AccountGrant.role == Role.ADMINISTRATOR.value,
            AccountGrant.deployment_id == deployment_id,
            Account.is_disabled.is_(False),
        )
    )
    with store.read() as session:
        return session.scalars(query.limit(1)).first() is not None


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


def _order(given: Grant) -> tuple[str, str]:
    return given.deployment_id, given.role.value
