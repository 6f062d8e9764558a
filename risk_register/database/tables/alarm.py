"""The tables of alarms: what the data raised, what people made of it, which streams may call somebody, and
from which day a chart begins anew.

Columns only. A case is brought up to date from the lake by every assessment; decisions on it are appended.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from risk_register.database.model import Base

DEPLOYMENT = "deployment.deployment_id"


class AlarmCase(Base):
    """An alarm as the newest assessment saw it, with its state."""

    __tablename__ = "alarm_case"
    alarm_id: Mapped[str] = mapped_column(primary_key=True)
    deployment_id: Mapped[str] = mapped_column(ForeignKey(DEPLOYMENT), index=True)
    stream_id: Mapped[str]
    kind: Mapped[str] = mapped_column(String(40))
    cause: Mapped[str]
    opened_on: Mapped[dt.date]
    closed_on: Mapped[dt.date | None]
    judged_through: Mapped[dt.date | None]
    state: Mapped[str] = mapped_column(String(40))
    resolution: Mapped[str | None] = mapped_column(String(40))
    first_seen_at: Mapped[dt.datetime]
    notice_id: Mapped[int | None]


class AlarmDecision(Base):
    """A step that a person made with an alarm; `judged_through` is the last day that was judged then."""

    __tablename__ = "alarm_decision"
    decision_id: Mapped[int] = mapped_column(primary_key=True)
    alarm_id: Mapped[str] = mapped_column(ForeignKey("alarm_case.alarm_id"), index=True)
    deployment_id: Mapped[str] = mapped_column(ForeignKey(DEPLOYMENT))
    stream_id: Mapped[str]
    from_state: Mapped[str] = mapped_column(String(40))
    to_state: Mapped[str] = mapped_column(String(40))
    resolution: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    judged_through: Mapped[dt.date | None]
    decided_by: Mapped[str]
    decided_at: Mapped[dt.datetime]


class AlarmStream(Base):
    """A stream was switched on or off; the newest row counts. `back_test` is what was shown, as JSON."""

    __tablename__ = "alarm_stream"
    decision_id: Mapped[int] = mapped_column(primary_key=True)
    deployment_id: Mapped[str] = mapped_column(ForeignKey(DEPLOYMENT))
    stream_id: Mapped[str]
    is_on: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    back_test: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str]
    decided_at: Mapped[dt.datetime]


class AlarmMute(Base):
    """A stream that calls nobody for a while, with the reason."""

    __tablename__ = "alarm_mute"
    mute_id: Mapped[int] = mapped_column(primary_key=True)
    deployment_id: Mapped[str] = mapped_column(ForeignKey(DEPLOYMENT))
    stream_id: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    muted_by: Mapped[str]
    muted_at: Mapped[dt.datetime]
    until: Mapped[dt.datetime]
    ended_by: Mapped[str | None]
    ended_at: Mapped[dt.datetime | None]


class GraveFinding(Base):
    """A grave finding that people were called for; its id is a hash that leads to nobody."""

    __tablename__ = "grave_finding"
    finding_id: Mapped[str] = mapped_column(primary_key=True)
    deployment_id: Mapped[str] = mapped_column(ForeignKey(DEPLOYMENT), index=True)
    day: Mapped[dt.date]
    what: Mapped[str] = mapped_column(String(40))
    signal_id: Mapped[str] = mapped_column(String(80))
    detector_id: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(40))
    called_at: Mapped[dt.datetime | None]
    notice_id: Mapped[int | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[dt.datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    incident_id: Mapped[str | None]


class BaselineDecision(Base):
    """A chart begins anew from a day on."""

    __tablename__ = "baseline_decision"
    baseline_id: Mapped[str] = mapped_column(primary_key=True)
    deployment_id: Mapped[str] = mapped_column(ForeignKey(DEPLOYMENT), index=True)
    indicator_id: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[dt.date]
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str]
    decided_at: Mapped[dt.datetime]
