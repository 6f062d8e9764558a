"""An account as people see it, and how its row is found; what may be done with it is `accounts`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from risk_register.account.permissions import Grant, Role
from risk_register.database.model import Account, AccountGrant
from risk_register.database.store import Write
from risk_register.errors import UnknownRecordError


@dataclass(frozen=True)
class AccountRecord:
    """An account as an administrator sees it.

    `person` is the account whose person it is, itself unless joined; `vouched_by` issued the link that let
    it in, or may know its password, or linked its identity.
    """

    name: str
    has_password: bool
    has_identity: bool
    is_disabled: bool
    locked_until: dt.datetime | None
    created_at: dt.datetime
    person: str
    vouched_by: str | None
    grants: frozenset[Grant]


def find_account(write: Write, name: str) -> Account:
    """The row of an account, to be changed.

    Raises:
        UnknownRecordError: there is none.
    """
    account = write.session.get(Account, name)
    if account is None:
        raise UnknownRecordError(
            f"There is no account {name}. Create it: `plimsoll users add {name} --role ROLE --deployment ID`."
        )
    return account


def read_grants(session: Session, name: str, *, without: str | None = None) -> frozenset[Grant]:
    """What an account has been given, but for what came from a source."""
    rows = session.scalars(select(AccountGrant).where(AccountGrant.name == name))
    return frozenset(Grant(Role(row.role), row.deployment_id) for row in rows if row.source != without)
