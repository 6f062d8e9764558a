"""The table of reports on their way out: submitted, approved by another person, issued, filed.

Columns only; the rules are in `report.submissions`. The files lie on disk, known by their manifest.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from risk_register.database.model import Base


class ReportSubmission(Base):
    """A built report that somebody put up, and how far it came."""

    __tablename__ = "report_submission"
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.deployment_id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    report: Mapped[str]
    period: Mapped[str] = mapped_column(String(40))
    manifest_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(40))
    submitted_by: Mapped[str]
    submitted_at: Mapped[dt.datetime]
    approved_by: Mapped[str | None]
    approved_at: Mapped[dt.datetime | None]
    issued_by: Mapped[str | None]
    issued_at: Mapped[dt.datetime | None]
    filed_by: Mapped[str | None]
    filed_at: Mapped[dt.datetime | None]
    reference: Mapped[str] = mapped_column(Text)
    """Of the receiver's receipt, or where the copy lies."""
    declined_by: Mapped[str | None]
    declined_at: Mapped[dt.datetime | None]
    decline_reason: Mapped[str] = mapped_column(Text)
    edition: Mapped[int | None]
    """Counts what was issued of a report's period, from 1: a correction is the next edition."""
    edition_hash: Mapped[str | None] = mapped_column(String(64))
    """Of the manifest of the files that left; they say that they were issued, the approved ones do not."""
    corrects: Mapped[int | None]
    """The number of the issued report that it takes the place of."""
    correction_reason: Mapped[str] = mapped_column(Text, default="")
