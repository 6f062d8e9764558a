"""That a second person decides is checked here and nowhere else: two accounts may be one person.

An account counts as the person that an administrator joined it with, and nobody's work is approved by an
account that they let in themselves: whoever issued the link that opened it, set its password or linked its
identity could have used it. Nor does it help to let somebody else vouch for the account later: who had let it
in when it did the first half is read from the audit.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from risk_register.database.model import Account, AuditEntry, OneTimeLink
from risk_register.database.store import Write
from risk_register.database.tables.account import AccountIdentity
from risk_register.errors import SelfApprovalError

RECOVERY = "command_line_recovery"
"""Lets an administrator in again from the machine. Whose hand that was nobody knows: it may be anybody's."""

IDENTITY_UNLINKED = "identity_unlinked"
"""What the audit calls the end of an identity; who had linked it stays tied to what was done behind it."""


def check_second_person(
    write: Write,
    *,
    first: Iterable[str | None],
    message: str,
    subject: str | None = None,
    deployment_id: str | None = None,
) -> None:
    """Raise if whoever writes is one of those who did the first half, under whichever account.

    `subject` is how the audit of the deployment names what it is about.

    Raises:
        SelfApprovalError: with the message, and with the reason if it is not the account's name.
    """
    reason = find_tie(write.session, write.actor, first, subject=subject, deployment_id=deployment_id)
    if reason is not None:
        raise SelfApprovalError(f"{message}{reason}")


def find_tie(
    session: Session,
    actor: str,
    others: Iterable[str | None],
    *,
    subject: str | None = None,
    deployment_id: str | None = None,
) -> str | None:
    """Why an account cannot be the second person beside others; None if it can."""
    names = {name for name in others if name is not None}
    if actor in names:
        return ""
    known = {
        row.name: row for row in session.scalars(select(Account).where(Account.name.in_({actor, *names})))
    }
    mine = known.get(actor)
    for name in sorted(names):
        theirs = known.get(name)
        if _person(mine, actor) == _person(theirs, name):
            return f" The accounts {actor} and {name} belong to one person."
        if mine is not None and mine.vouched_by is not None and _is(mine.vouched_by, theirs, name):
            return (
                f" {name} let {actor} in; a link from another administrator, or an account that the identity "
                "provider made, ends that."
            )
        if theirs is not None and theirs.vouched_by is not None and _is(theirs.vouched_by, mine, actor):
            return f" {actor} let {name} in."
        if subject is not None:
            tie = _find_let_in_again((actor, mine), (name, theirs)) or _find_earlier_tie(
                session, actor, name, subject=subject, deployment_id=deployment_id
            )
            if tie is not None:
                return tie
    return None


def _find_let_in_again(*people: tuple[str, Account | None]) -> str | None:
    for who, account in people:
        if account is not None and account.vouched_by == RECOVERY:
            return (
                f" The command line let {who} in; a link from another administrator, or the identity "
                "provider, ends that."
            )
    return None


def list_same_person(session: Session, name: str) -> tuple[str, ...]:
    """The accounts that belong to the person of an account, itself among them."""
    account = session.get(Account, name)
    person = _person(account, name)
    joined = session.scalars(select(Account.name).where(Account.person == person))
    return tuple(sorted({name, person, *joined}))


def _find_earlier_tie(
    session: Session, actor: str, name: str, *, subject: str, deployment_id: str | None
) -> str | None:
    own = set(list_same_person(session, actor)) - {name}
    for letters, who in ((own, actor), ({RECOVERY}, "The command line")):
        if _had_let_in(session, letters, name, subject=subject, deployment_id=deployment_id):
            return f" {who} had let {name} in when {name} did that."
    return None


def _had_let_in(
    session: Session, letters: set[str], name: str, *, subject: str, deployment_id: str | None
) -> bool:
    """Whether an account did something about a subject while one of the others vouched for it."""
    came = _list_comings(session, name, letters)
    if not any(is_by_me for _, is_by_me in came):
        return False
    done = session.scalars(
        select(AuditEntry.at).filter_by(actor=name, subject=subject, deployment_id=deployment_id)
    )
    return any(max((one for one in came if one[0] <= moment), default=(moment, False))[1] for moment in done)


def _list_comings(session: Session, name: str, mine: set[str]) -> list[tuple[dt.datetime, bool]]:
    """When an account was signed in to, and whether it was on the word of one of these accounts.

    Who vouched for a password, or linked an identity, is known as it is now.
    """
    account = session.get(Account, name)
    linked = set(session.scalars(select(AccountIdentity.linked_by).filter_by(name=name)))
    gone = session.scalars(select(AuditEntry.details).filter_by(action=IDENTITY_UNLINKED, subject=name))
    linked |= {str(json.loads(details).get("linked_by")) for details in gone}
    vouched = {
        "identity": bool(linked & mine),
        "password": account is not None and account.password_vouched_by in mine,
    }
    links = session.scalars(select(OneTimeLink).filter_by(name=name))
    found = [(link.redeemed_at, link.issued_by in mine) for link in links if link.redeemed_at is not None]
    entries = session.scalars(select(AuditEntry).filter_by(action="signed_in", subject=name, actor=name))
    ways = [(entry.at, str(json.loads(entry.details).get("by"))) for entry in entries]
    return found + [(at, vouched[way]) for at, way in ways if way in vouched]


def _person(account: Account | None, name: str) -> str:
    return name if account is None or account.person is None else account.person


def _is(voucher: str, account: Account | None, name: str) -> bool:
    return voucher in {name, _person(account, name)}
