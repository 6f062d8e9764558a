"""The tables around a risk and a checklist item: controls, actions, comments, evidence, tasks, applicability.

Columns only. Numbers count from 1 within a risk, an item or a deployment: an export names the same
thing in every store. Comments and decisions on applicability are appended, never rewritten.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from risk_register.database.model import Base


class RiskControl(Base):
    """Something that is done against a risk, and what is known of its effect."""

    __tablename__ = "risk_control"
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.deployment_id"), primary_key=True)
    risk_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(40))
    owner: Mapped[str | None]
    tested_on: Mapped[dt.date | None]
    test_due_on: Mapped[dt.date | None]
    effectiveness: Mapped[str] = mapped_column(String(40))
    is_retired: Mapped[bool] = mapped_column(default=False)


class RiskAction(Base):
    """Something that somebody will do about a risk until a day."""

    __tablename__ = "risk_action"
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.deployment_id"), primary_key=True)
    risk_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(Text)
    owner: Mapped[str]
    due_on: Mapped[dt.date]
    state: Mapped[str] = mapped_column(String(40))
    ended_on: Mapped[dt.date | None]


class RiskComment(Base):
    """What somebody said about a risk."""

    __tablename__ = "risk_comment"
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.deployment_id"), primary_key=True)
    risk_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    actor: Mapped[str]
    body: Mapped[str] = mapped_column(Text)


class ItemEvidence(Base):
    """What shows that a checklist item is met: a file, an address or an indicator."""

    __tablename__ = "item_evidence"
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.deployment_id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(40))
    title: Mapped[str]
    location: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str | None] = mapped_column(String(64))
    byte_count: Mapped[int | None]
    added_by: Mapped[str]
    added_at: Mapped[dt.datetime]
    withdrawn_by: Mapped[str | None]
    withdrawn_at: Mapped[dt.datetime | None]


class ItemTask(Base):
    """Data speak against an answer: somebody has to look."""

    __tablename__ = "item_task"
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.deployment_id"), primary_key=True)
    task_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_id: Mapped[str]
    item_version: Mapped[int]
    indicator_ids: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]
    closed_by: Mapped[str | None]
    outcome: Mapped[str] = mapped_column(Text, default="")
    eased_at: Mapped[dt.datetime | None]
    """When data first spoke for the answer again, after somebody had looked."""


class ApplicabilityDecision(Base):
    """Whether a regime applies to a deployment, as somebody signed it."""

    __tablename__ = "applicability_decision"
    decision_id: Mapped[int] = mapped_column(primary_key=True)
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.deployment_id"))
    regime_id: Mapped[str]
    is_applicable: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str]
    decided_at: Mapped[dt.datetime]
    verified_on: Mapped[dt.date]
    """When the text of the regime had last been read at that time."""
