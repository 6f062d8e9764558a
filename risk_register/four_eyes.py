"""That a second person decides is checked here and nowhere else: two accounts may be one person.

An account counts as the person that an administrator joined it with, and nobody's work is approved by an
account that they let in themselves: whoever issued the link that opened it, set its password or linked its
identity could have used it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from risk_register.errors import SelfApprovalError
from risk_register.model import Account
from risk_register.store import Write


def check_second_person(write: Write, *, first: Iterable[str | None], message: str) -> None:
    """Raise if whoever writes is one of those who did the first half, under whichever account.

    Raises:
        SelfApprovalError: with the message, and with the reason if it is not the account's name.
    """
    reason = find_tie(write.session, write.actor, first)
    if reason is not None:
        raise SelfApprovalError(f"{message}{reason}")


def find_tie(session: Session, actor: str, others: Iterable[str | None]) -> str | None:
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
    return None


def list_same_person(session: Session, name: str) -> tuple[str, ...]:
    """The accounts that belong to the person of an account, itself among them."""
    account = session.get(Account, name)
    person = _person(account, name)
    joined = session.scalars(select(Account.name).where(Account.person == person))
    return tuple(sorted({name, person, *joined}))


def _person(account: Account | None, name: str) -> str:
    return name if account is None or account.person is None else account.person


def _is(voucher: str, account: Account | None, name: str) -> bool:
    return voucher in {name, _person(account, name)}
