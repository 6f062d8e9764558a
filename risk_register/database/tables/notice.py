"""The tables of the outbox: what people must be told, and every way in which that is tried.

Columns only; the rules are in `notice.notices` and `notice.deliveries`. No column can hold what somebody
wrote: a notice is a kind, numbers and ids, and its words come from the kind.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from risk_register.database.model import Base


class Notice(Base):
    """Something that a person must be told."""

    __tablename__ = "notice"
    notice_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(unique=True)
    deployment_id: Mapped[str | None]
    kind: Mapped[str] = mapped_column(String(40))
    severity: Mapped[str] = mapped_column(String(40))
    audience: Mapped[str] = mapped_column(String(40))
    reference_id: Mapped[str] = mapped_column(index=True)
    link: Mapped[str]
    figures: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(40), index=True)
    queued_at: Mapped[dt.datetime]
    sent_at: Mapped[dt.datetime | None]
    acknowledged_at: Mapped[dt.datetime | None]
    acknowledged_by: Mapped[str | None]


class NoticeDelivery(Base):
    """One notice to one person by one route; tried again under the same message id until it is accepted."""

    __tablename__ = "notice_delivery"
    __table_args__ = (UniqueConstraint("notice_id", "step", "person", "route"),)
    delivery_id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.notice_id"), index=True)
    step: Mapped[int]
    person: Mapped[str]
    route: Mapped[str] = mapped_column(String(80))
    message_id: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(String(40), index=True)
    planned_at: Mapped[dt.datetime]
    attempt_count: Mapped[int]
    next_attempt_at: Mapped[dt.datetime]
    leased_until: Mapped[dt.datetime | None]
    accepted_at: Mapped[dt.datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(80))
