"""The tables of signing in: sessions that are open, identities of a provider, tokens of machines.

Columns only; what may be done with them is `account.sessions`, `identities` and `tokens`.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from risk_register.database.model import Base


class AccountSession(Base):
    """A session from signing in to its end; only the hash of its id is kept."""

    __tablename__ = "account_session"
    session_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(ForeignKey("account.name"), index=True)
    method: Mapped[str] = mapped_column(String(40))
    opened_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    ended_by: Mapped[str | None]


class AccountIdentity(Base):
    """Who an identity provider says somebody is, and the one account that belongs to it."""

    __tablename__ = "account_identity"
    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(ForeignKey("account.name"))
    linked_by: Mapped[str]
    linked_at: Mapped[dt.datetime]


class AccessToken(Base):
    """What a machine such as CI sends instead of a password; only its hash is kept."""

    __tablename__ = "access_token"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(ForeignKey("account.name"))
    label: Mapped[str]
    issued_by: Mapped[str]
    issued_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
