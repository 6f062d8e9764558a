"""Who an identity provider says somebody is: the provider's settings, and the one account of each subject.

An account is found by issuer and subject, never by a name or an address that the provider may give to
somebody else. The protocol itself is the dashboard's business; nothing here speaks HTTP.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from sqlalchemy import select

from risk_register.account.grants import sync_groups
from risk_register.account.name import check_name
from risk_register.account.permissions import Grant, Role
from risk_register.account.record import find_account
from risk_register.account.sessions import let_in
from risk_register.database.model import Account
from risk_register.database.store import Store, Write
from risk_register.database.tables.account import AccountIdentity
from risk_register.errors import ContentError, NotAllowedError

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
NOT_IN_A_NAME = re.compile(r"[^a-z0-9._@\-]+")
NAME_LIMIT = 100


class GroupGrant(BaseModel):
    """A role on a deployment."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    role: Role
    deployment: Text


class Provider(BaseModel):
    """An OpenID Connect provider, and what its groups mean here."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: Text = "your organisation"
    issuer: Annotated[str, StringConstraints(pattern=r"^https?://")]
    client_id: Text
    client_secret_file: Path
    """Holds the secret alone; relative to the settings."""
    scopes: tuple[Text, ...] = ("openid", "profile", "email")
    name_claim: Text = "preferred_username"
    groups_claim: Text = "groups"
    may_create_accounts: bool = True
    groups: Mapping[Text, tuple[GroupGrant, ...]] = Field(default_factory=dict)
    address: Annotated[str, StringConstraints(pattern=r"^https?://[^/?#]+(?:/[^?#]*)?$")] | None = None
    """Where readers reach the dashboard, with its path; else as `plimsoll serve --address` says."""

    def grants_of(self, claims: Mapping[str, Any]) -> frozenset[Grant]:
        """What the groups of somebody's claims mean; a group that is not mapped means nothing."""
        named = claims.get(self.groups_claim, ())
        groups = [named] if isinstance(named, str) else named if isinstance(named, Sequence) else ()
        return frozenset(
            Grant(each.role, each.deployment)
            for group in groups
            if isinstance(group, str)
            for each in self.groups.get(group, ())
        )


@dataclass(frozen=True)
class IdentityRecord:
    """A subject of a provider and its account."""

    issuer: str
    subject: str
    name: str
    linked_by: str
    linked_at: dt.datetime


def read_provider(path: Path) -> Provider | None:
    """The provider's settings; None where there are none.

    Raises:
        ContentError: with every problem of the file.
    """
    if not path.exists():
        return None
    try:
        found = Provider.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContentError(f"{path}: cannot be read: {error}") from error
    except ValidationError as error:
        lines = [
            f"{path}: {'.'.join(str(part) for part in problem['loc']) or 'file'}: {problem['msg']}"
            for problem in error.errors(include_url=False)
        ]
        raise ContentError("\n".join(lines)) from error
    secret = path.parent / found.client_secret_file
    if not secret.is_file():
        raise ContentError(f"{path}: client_secret_file: there is no file {secret}")
    return found.model_copy(update={"client_secret_file": secret})


def admit(store: Store, provider: Provider, *, claims: Mapping[str, Any], at: dt.datetime) -> str:
    """The account of a subject that the provider has just vouched for, with the grants of its groups.

    Raises:
        NotAllowedError: there is no account and none may be made, its name is taken, or it is disabled.
    """
    subject = str(claims.get("sub", ""))
    if not subject:
        raise NotAllowedError("The identity provider did not say who it is.")
    name = _find_name(store, provider.issuer, subject)
    chosen = name or _make_name(claims, provider)
    with store.write(actor=chosen, at=at) as write:
        row = write.session.get(AccountIdentity, (provider.issuer, subject))
        if row is None:
            _create(write, provider, subject=subject, name=chosen)
        account = find_account(write, chosen)
        if account.is_disabled:
            raise NotAllowedError(f"The account {chosen} is disabled; ask an administrator.")
        # Whoever linked the subject may have linked their own.
        linked_by = write.session.get_one(AccountIdentity, (provider.issuer, subject)).linked_by
        let_in(write, account, vouched_by=None if linked_by == chosen else linked_by)
        sync_groups(write, chosen, provider.grants_of(claims))
        write.record("signed_in", subject=chosen, by="identity", issuer=provider.issuer)
    return chosen


def link_identity(store: Store, *, name: str, issuer: str, subject: str, actor: str, at: dt.datetime) -> None:
    """Let a subject of a provider into an account that exists already.

    What an account links for itself was linked, as its password is set, by whoever had let it in.

    Raises:
        NotAllowedError: the subject has an account, and one subject has one account only.
        UnknownRecordError: there is no such account.
    """
    if not issuer.strip() or not subject.strip():
        raise NotAllowedError("Name the provider's address and the subject as the provider says it.")
    with store.write(actor=actor, at=at) as write:
        account = find_account(write, name)
        known = write.session.get(AccountIdentity, (issuer.strip(), subject.strip()))
        if known is not None:
            raise NotAllowedError(
                f"That subject is {known.name} here already; one subject has one account. To say that two "
                "accounts are one person, join them."
            )
        linked_by = (account.vouched_by or actor) if actor == name else actor
        _link(write, issuer=issuer.strip(), subject=subject.strip(), name=name, linked_by=linked_by)


def list_identities(store: Store) -> tuple[IdentityRecord, ...]:
    """Every subject that has an account, by account."""
    with store.read() as session:
        rows = session.scalars(select(AccountIdentity).order_by(AccountIdentity.name, AccountIdentity.issuer))
        return tuple(
            IdentityRecord(row.issuer, row.subject, row.name, row.linked_by, row.linked_at) for row in rows
        )


def _find_name(store: Store, issuer: str, subject: str) -> str | None:
    with store.read() as session:
        row = session.get(AccountIdentity, (issuer, subject))
        return None if row is None else row.name


def _make_name(claims: Mapping[str, Any], provider: Provider) -> str:
    words = str(claims.get(provider.name_claim) or claims.get("email") or claims["sub"])
    name = NOT_IN_A_NAME.sub("-", words.casefold()).strip("-._@")[:NAME_LIMIT]
    if not name:
        raise NotAllowedError(f"The identity provider's {provider.name_claim} holds no name for an account.")
    return name


def _create(write: Write, provider: Provider, *, subject: str, name: str) -> None:
    if write.session.get(Account, name) is not None:
        # The account may be somebody else's: a provider's names are not unique over time.
        raise NotAllowedError(f"There is an account {name} already; an administrator links it with you.")
    if not provider.may_create_accounts:
        raise NotAllowedError("You have no account here; an administrator makes one.")
    check_name(name)
    write.session.add(Account(name=name, created_at=write.at))
    write.record("account_created", subject=name, by="identity")
    _link(write, issuer=provider.issuer, subject=subject, name=name, linked_by=name)


def _link(write: Write, *, issuer: str, subject: str, name: str, linked_by: str) -> None:
    write.session.add(
        AccountIdentity(issuer=issuer, subject=subject, name=name, linked_by=linked_by, linked_at=write.at)
    )
    write.record("identity_linked", subject=name, issuer=issuer)
