"""The tables of the governance store: what people decided, and the audit of it.

Columns only; the rules of each noun live in the module of its name, and shipped texts in the content files.
Records that explain a decision (risk_change, appetite_decision, audit_entry) are appended, never rewritten.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import DateTime, Dialect, ForeignKey, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

# Names of constraints must be the same on every database, or a migration cannot find them again.
NAMING = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_name)s",
}


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware moment in UTC; SQLite would forget the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no zone; the store keeps aware moments only.")
        moment = value.astimezone(dt.UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Base(DeclarativeBase):
    """All tables of the store."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {str: String(200), dt.datetime: UtcDateTime()}  # noqa: RUF012  SQLAlchemy reads it here


class AuditEntry(Base):
    """One thing that somebody did; each carries the hash of the one before."""

    __tablename__ = "audit_entry"
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    actor: Mapped[str]
    action: Mapped[str]
    deployment_id: Mapped[str | None]
    subject: Mapped[str] = mapped_column(index=True)
    details: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class AuditHead(Base):
    """Where the chain ends: one row that is changed with every entry, so that a cut-off end is seen."""

    __tablename__ = "audit_head"
    head_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class Account(Base):
    """Somebody who may sign in."""

    __tablename__ = "account"
    name: Mapped[str] = mapped_column(primary_key=True)
    password_hash: Mapped[str | None]
    failed_count: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[dt.datetime | None]
    is_disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime]
    person: Mapped[str | None]
    """The account of the same person that counts in four-eyes rules; None: this account itself."""
    vouched_by: Mapped[str | None]
    """Who issued the link, set the password or linked the identity by which it last came in; None: nobody."""
    password_vouched_by: Mapped[str | None]
    """Who may know its password, too: whoever had let it in when it was set."""


class AccountGrant(Base):
    """A role of an account on one deployment."""

    __tablename__ = "account_grant"
    name: Mapped[str] = mapped_column(ForeignKey("account.name"), primary_key=True)
    role: Mapped[str] = mapped_column(String(40), primary_key=True)
    deployment_id: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(40), default="person")
    """Given by a person, or by the groups that an identity provider names."""


class OneTimeLink(Base):
    """A way in that works once; only the hash of its token is kept."""

    __tablename__ = "one_time_link"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(ForeignKey("account.name"))
    expires_at: Mapped[dt.datetime]
    redeemed_at: Mapped[dt.datetime | None]
    issued_by: Mapped[str | None]


class Deployment(Base):
    """A deployment that the register knows."""

    __tablename__ = "deployment"
    deployment_id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    created_at: Mapped[dt.datetime]


class RiskState(Base):
    """What a deployment has made of a risk."""

    __tablename__ = "risk_state"
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.deployment_id"), primary_key=True)
    risk_id: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(40))
    severity: Mapped[str | None] = mapped_column(String(40))
    probability: Mapped[str | None] = mapped_column(String(40))
    rationale: Mapped[str] = mapped_column(Text, default="")
    rated_by: Mapped[str | None]
    moved_by: Mapped[str | None]
    pending_severity: Mapped[str | None] = mapped_column(String(40))
    pending_probability: Mapped[str | None] = mapped_column(String(40))
    pending_rationale: Mapped[str | None] = mapped_column(Text)
    pending_by: Mapped[str | None]
    owner: Mapped[str | None]
    review_due_on: Mapped[dt.date | None]
    accepted_until: Mapped[dt.date | None]
    version: Mapped[int]


class RiskChange(Base):
    """One field of a risk before and after, with the reason."""

    __tablename__ = "risk_change"
    change_id: Mapped[int] = mapped_column(primary_key=True)
    deployment_id: Mapped[str]
    risk_id: Mapped[str]
    version: Mapped[int]
    at: Mapped[dt.datetime]
    actor: Mapped[str]
    field: Mapped[str] = mapped_column(String(40))
    part: Mapped[str | None]
    """The control or action that the field belongs to; None: the risk itself."""
    before: Mapped[str | None]
    after: Mapped[str | None]
    reason: Mapped[str] = mapped_column(Text)


class ChecklistState(Base):
    """What a deployment has answered to a checklist item."""

    __tablename__ = "checklist_state"
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.deployment_id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(40))
    evidence: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    attested_by: Mapped[str | None]
    attested_on: Mapped[dt.date | None]
    approved_by: Mapped[str | None]
    due_on: Mapped[dt.date]
    expires_on: Mapped[dt.date | None]
    pending_by: Mapped[str | None]
    pending_reason: Mapped[str | None] = mapped_column(Text)
    pending_kind: Mapped[str | None] = mapped_column(String(40))
    pending_until: Mapped[dt.date | None]
    for_version: Mapped[str] = mapped_column(default="")
    waived_until: Mapped[dt.date | None]
    waiver_reason: Mapped[str] = mapped_column(Text, default="")
    waived_by: Mapped[str | None]
    waiver_approved_by: Mapped[str | None]
    version: Mapped[int]


class Appetite(Base):
    """How much is too much, as one person proposed and another approved."""

    __tablename__ = "appetite_decision"
    __table_args__ = (UniqueConstraint("deployment_id", "indicator_id", "version"),)
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.deployment_id"), primary_key=True)
    proposal_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    indicator_id: Mapped[str]
    side: Mapped[str] = mapped_column(String(40))
    watch: Mapped[float]
    breach: Mapped[float]
    reason: Mapped[str] = mapped_column(Text)
    effective_from: Mapped[dt.date]
    proposed_by: Mapped[str]
    proposed_at: Mapped[dt.datetime]
    approved_by: Mapped[str | None]
    approved_at: Mapped[dt.datetime | None]
    version: Mapped[int | None]
    declined_by: Mapped[str | None]
    declined_at: Mapped[dt.datetime | None]
    decline_reason: Mapped[str] = mapped_column(Text, default="")


class DeclaredChange(Base):
    """A change of model, prompt or policy that a person or CI announced."""

    __tablename__ = "declared_change"
    change_id: Mapped[str] = mapped_column(primary_key=True)
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.deployment_id"))
    effective_on: Mapped[dt.date]
    what: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(Text)
    is_planned: Mapped[bool]
    declared_by: Mapped[str]
    declared_at: Mapped[dt.datetime]
    declared_through: Mapped[str] = mapped_column(String(40), default="command_line")
    risk_ids: Mapped[str] = mapped_column(Text, default="")
    """The risks that it touches, with blanks between them."""


class Incident(Base):
    """Something that went wrong for people, from opening to closing."""

    __tablename__ = "incident"
    incident_id: Mapped[str] = mapped_column(primary_key=True)
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.deployment_id"))
    title: Mapped[str]
    severity: Mapped[str] = mapped_column(String(40))
    description: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(40))
    risk_id: Mapped[str | None]
    aware_at: Mapped[dt.datetime]
    opened_at: Mapped[dt.datetime]
    opened_by: Mapped[str]
    closed_at: Mapped[dt.datetime | None]
    closed_by: Mapped[str | None]
    conclusion: Mapped[str] = mapped_column(Text, default="")
    origin: Mapped[str] = mapped_column(String(40))
    origin_reference: Mapped[str | None]
    nature: Mapped[str] = mapped_column(String(40))
    affected_count: Mapped[int | None]
    causality: Mapped[str] = mapped_column(String(40))
    cause: Mapped[str] = mapped_column(Text, default="")
    judged_by: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)


def columns_of(row: Base, *, without: str | None = None) -> dict[str, Any]:
    """The values of a row by column, to build a frozen record from; `without` stays in the store."""
    return {column.key: getattr(row, column.key) for column in row.__table__.columns if column.key != without}
