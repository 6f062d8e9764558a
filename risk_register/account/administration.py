"""Who may look after which accounts: an administrator of every deployment that an account reaches.

Whoever could let themselves in as somebody of another deployment would have that deployment's grants, so
links, joins and shutting need all of them. Without an actor the machine's own command acts, until there is
an administrator.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from risk_register.account.accounts import AccountRecord, list_accounts
from risk_register.account.four_eyes import RECOVERY
from risk_register.account.grants import grants, has_administrator
from risk_register.account.permissions import Action, Grant, may
from risk_register.database import audit
from risk_register.database.audit import AuditRecord
from risk_register.database.model import AuditEntry
from risk_register.database.store import Store
from risk_register.errors import NotAllowedError, UnknownRecordError

COMMAND_LINE = "command_line"
# What somebody did that showed them words of conversations, or led them to a person.
TEXT_ACTIONS = (
    "conversation_read",
    "review_item_served",
    "labels_exported",
    "person_located",
    "person_not_located",
)


@dataclass(frozen=True)
class TextReader:
    """How often an account read or looked for words of people in a month, by what it did."""

    actor: str
    counts: dict[str, int]
    first_at: dt.datetime
    last_at: dt.datetime

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.counts.values())


def check_manages(store: Store, *, actor: str | None, deployment_ids: Iterable[str]) -> None:
    """Raise if an account may not give and take roles on deployments.

    Raises:
        NotAllowedError: it is no administrator there, or nobody is named although there is one.
    """
    given = frozenset() if actor is None else grants(store, actor)
    for deployment_id in sorted(set(deployment_ids)):
        if actor is None:
            if has_administrator(store, deployment_id):
                raise NotAllowedError(
                    f"{deployment_id} has an administrator; name the one who acts with --as ACCOUNT."
                )
        elif not may(given, Action.MANAGE_ACCOUNTS, deployment_id):
            raise NotAllowedError(f"{actor} is no administrator of {deployment_id}.")


def check_manages_account(store: Store, *, actor: str | None, name: str) -> None:
    """Raise if an account may not look after another one.

    Raises:
        NotAllowedError: it is no administrator of every deployment that the other reaches.
        UnknownRecordError: there is no such account among those it looks after.
    """
    found = find_managed(store, actor=actor, name=name)
    if actor is None:
        check_manages(store, actor=None, deployment_ids=(each.deployment_id for each in found.grants))
        return
    given = grants(store, actor)
    if not found.grants and not any(may(given, Action.MANAGE_ACCOUNTS, each.deployment_id) for each in given):
        raise NotAllowedError(f"{actor} is no administrator.")
    if any(not may(given, Action.MANAGE_ACCOUNTS, each.deployment_id) for each in found.grants):
        raise NotAllowedError(
            f"{name} also has roles where {actor} is no administrator; an administrator of all must do this."
        )


def check_lets_in(store: Store, *, name: str) -> str:
    """On whose word the machine's own command may let an account in; raise if it may not.

    Until an administrator has ever come in, it sets the deployment up. Later it lets in nobody but the one
    administrator, who is locked out otherwise, and whoever comes in so is nobody's second person.

    Raises:
        NotAllowedError: an administrator has to let the account in.
        UnknownRecordError: there is no such account.
    """
    found = find_managed(store, actor=None, name=name)
    deployments = {each.deployment_id for each in found.grants}
    if not any(has_administrator(store, one) for one in deployments):
        return COMMAND_LINE
    others = [
        account
        for account in list_accounts(store)
        if account.name != name
        and not account.is_disabled
        and _has_come_in(store, account.name)
        and any(may(account.grants, Action.MANAGE_ACCOUNTS, one) for one in deployments)
    ]
    if others or not all(may(found.grants, Action.MANAGE_ACCOUNTS, one) for one in deployments):
        check_manages(store, actor=None, deployment_ids=deployments)
    return RECOVERY if _has_come_in(store, name) else COMMAND_LINE


def _has_come_in(store: Store, name: str) -> bool:
    query = select(AuditEntry.sequence).filter_by(action="signed_in", subject=name, actor=name)
    with store.read() as session:
        return session.scalars(query.limit(1)).first() is not None


def find_managed(store: Store, *, actor: str | None, name: str) -> AccountRecord:
    """An account that somebody looks after.

    Raises:
        UnknownRecordError: there is none, or it is only of deployments that the actor does not know.
    """
    given = None if actor is None else grants(store, actor)
    for account in list_accounts(store):
        if account.name == name and (given is None or is_visible(account, given)):
            return account
    raise UnknownRecordError(f"There is no account {name} among those that you look after.")


def is_visible(account: AccountRecord, given: Iterable[Grant]) -> bool:
    """Whether an administrator sees an account: it has a role on a deployment of theirs, or none at all."""
    mine = tuple(given)
    return not account.grants or any(
        may(mine, Action.MANAGE_ACCOUNTS, each.deployment_id) for each in account.grants
    )


def list_managed(store: Store, actor: str) -> tuple[AccountRecord, ...]:
    """The accounts that somebody sees as an administrator, by name."""
    given = grants(store, actor)
    if not any(may(given, Action.MANAGE_ACCOUNTS, each.deployment_id) for each in given):
        return ()
    return tuple(account for account in list_accounts(store) if is_visible(account, given))


def list_text_readers(
    store: Store, *, deployment_id: str, first: dt.date, last: dt.date
) -> tuple[TextReader, ...]:
    """Who read words of people of a deployment from one day to another, in UTC, most first."""
    begin = dt.datetime.combine(first, dt.time(), dt.UTC)
    end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), dt.UTC)
    query = select(AuditEntry.actor, AuditEntry.action, AuditEntry.at).where(
        AuditEntry.deployment_id == deployment_id,
        AuditEntry.action.in_(TEXT_ACTIONS),
        AuditEntry.at >= begin,
        AuditEntry.at < end,
    )
    seen: dict[str, list[tuple[str, dt.datetime]]] = {}
    with store.read() as session:
        for actor, action, at in session.execute(query):
            seen.setdefault(actor, []).append((action, at))
    found = [
        TextReader(
            actor,
            dict(sorted(Counter(action for action, _ in rows).items())),
            min(at for _, at in rows),
            max(at for _, at in rows),
        )
        for actor, rows in seen.items()
    ]
    return tuple(sorted(found, key=lambda reader: (-reader.total, reader.actor)))


def find_month_end(first: dt.date) -> dt.date:
    """The last day of the month of a day."""
    return (first.replace(day=1) + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)


def list_account_entries(
    store: Store,
    by: str,
    *,
    actor: str | None = None,
    action: str | None = None,
    subject: str | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    limit: int | None,
) -> tuple[AuditRecord, ...]:
    """The newest entries about the accounts that somebody (`by`) looks after: signing in, links, sessions.

    The others are as in `audit.list_entries`.
    """
    names = [account.name for account in list_managed(store, by)]
    return audit.list_entries(
        store,
        actor=actor,
        action=action,
        subject=subject,
        subjects=names,
        since=since,
        until=until,
        is_about_accounts=True,
        limit=limit,
    )
