"""The tables around an incident: its timeline, its tasks, what was decided for each regime, and its holds.

Columns only; the rules live in the modules named for their nouns. No row holds words of a conversation.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from risk_register.database.model import Base

INCIDENT = "incident.incident_id"


class IncidentEntry(Base):
    """Something that happened, and when; appended, never rewritten."""

    __tablename__ = "incident_entry"
    entry_id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[str] = mapped_column(ForeignKey(INCIDENT), index=True)
    happened_at: Mapped[dt.datetime]
    words: Mapped[str] = mapped_column(Text)
    written_by: Mapped[str]
    written_at: Mapped[dt.datetime]


class IncidentTask(Base):
    """Something that somebody has to do because of an incident."""

    __tablename__ = "incident_task"
    incident_id: Mapped[str] = mapped_column(ForeignKey(INCIDENT), primary_key=True, index=True)
    task_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    what: Mapped[str] = mapped_column(Text)
    owner: Mapped[str]
    due_on: Mapped[dt.date]
    opened_by: Mapped[str]
    opened_at: Mapped[dt.datetime]
    done_by: Mapped[str | None]
    done_at: Mapped[dt.datetime | None]
    note: Mapped[str] = mapped_column(Text, default="")


class IncidentReport(Base):
    """Whether an incident is reportable under a regime as a kind of event, why, and when it was reported."""

    __tablename__ = "incident_report"
    incident_id: Mapped[str] = mapped_column(ForeignKey(INCIDENT), primary_key=True)
    regime_id: Mapped[str] = mapped_column(primary_key=True)
    nature: Mapped[str] = mapped_column(String(40), primary_key=True)
    """What kind of event it was held to be when this was decided."""
    is_reportable: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str]
    decided_at: Mapped[dt.datetime]
    reference: Mapped[str] = mapped_column(Text, default="")
    reported_by: Mapped[str | None]
    reported_at: Mapped[dt.datetime | None]


class IncidentHold(Base):
    """A conversation that retention and erasure leave alone because of an incident.

    It covers the whole thread: a conversation is cut anew when late records come.
    """

    __tablename__ = "incident_hold"
    hold_id: Mapped[str] = mapped_column(primary_key=True)
    incident_id: Mapped[str] = mapped_column(ForeignKey(INCIDENT), index=True)
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.deployment_id"), index=True)
    conversation_id: Mapped[str]
    thread_id: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    requested_by: Mapped[str]
    requested_at: Mapped[dt.datetime]
    expires_on: Mapped[dt.date]
    approved_by: Mapped[str | None]
    approved_at: Mapped[dt.datetime | None]
    release_asked_by: Mapped[str | None]
    release_asked_at: Mapped[dt.datetime | None]
    released_by: Mapped[str | None]
    released_at: Mapped[dt.datetime | None]
    release_reason: Mapped[str] = mapped_column(Text, default="")
