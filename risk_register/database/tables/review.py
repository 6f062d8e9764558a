"""The tables of reviews, proposals, pages and locations: what the weekly work of people leaves behind.

Columns only; the rules live in the modules named for their nouns. A sample and its strata are frozen at the
draw, labels and assignments are appended, and no row holds text of a conversation.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from risk_register.database.model import Base

DEPLOYMENT = "deployment.deployment_id"


class ReviewSample(Base):
    """A week's sample of a deployment, frozen when it was drawn."""

    __tablename__ = "review_sample"
    __table_args__ = (UniqueConstraint("deployment_id", "week"),)
    sample_id: Mapped[str] = mapped_column(primary_key=True)
    deployment_id: Mapped[str] = mapped_column(ForeignKey(DEPLOYMENT))
    week: Mapped[dt.date]
    seed: Mapped[int | None] = mapped_column(BigInteger)
    frame_hash: Mapped[str] = mapped_column(String(64))
    frame_size: Mapped[int]
    sample_size: Mapped[int]
    capacity: Mapped[int]
    detector_version: Mapped[str] = mapped_column(Text)
    taxonomy_version: Mapped[str] = mapped_column(String(40))
    drawn_by: Mapped[str]
    drawn_at: Mapped[dt.datetime]


class ReviewStratum(Base):
    """A stratum of a sample: how many conversations it held, and how many were drawn."""

    __tablename__ = "review_stratum"
    sample_id: Mapped[str] = mapped_column(ForeignKey("review_sample.sample_id"), primary_key=True)
    stratum_id: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(String(40))
    level: Mapped[int]
    is_flagged: Mapped[bool]
    unit_count: Mapped[int]
    sample_count: Mapped[int]


class ReviewItem(Base):
    """A conversation that was drawn; its place in the random order is `draw_position`."""

    __tablename__ = "review_item"
    __table_args__ = (UniqueConstraint("sample_id", "conversation_id"),)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    sample_id: Mapped[str] = mapped_column(ForeignKey("review_sample.sample_id"), index=True)
    deployment_id: Mapped[str] = mapped_column(ForeignKey(DEPLOYMENT), index=True)
    conversation_id: Mapped[str]
    user_id: Mapped[str | None]
    day: Mapped[dt.date | None]
    stratum_id: Mapped[str]
    language: Mapped[str] = mapped_column(String(40))
    level: Mapped[int]
    topics: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(Text)
    draw_position: Mapped[int]
    inclusion_probability: Mapped[float]
    needs_second: Mapped[bool]
    due_at: Mapped[dt.datetime]
    state: Mapped[str] = mapped_column(String(40), index=True)
    label_id: Mapped[int | None]


class ReviewAssignment(Base):
    """An item in front of one person, until it is labelled, passed on, or the time is over."""

    __tablename__ = "review_assignment"
    assignment_id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("review_item.item_id"), index=True)
    reviewer: Mapped[str] = mapped_column(index=True)
    purpose: Mapped[str] = mapped_column(String(40))
    lane: Mapped[str] = mapped_column(String(40))
    is_severe: Mapped[bool]
    served_at: Mapped[dt.datetime]
    locked_until: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    outcome: Mapped[str] = mapped_column(String(40))


class ReviewLabel(Base):
    """What one person saw: levels by signal, as one line of JSON; a signal that is not named was not seen."""

    __tablename__ = "review_label"
    __table_args__ = (
        UniqueConstraint("item_id", "purpose", name="uq_review_label_item_id_purpose"),
        UniqueConstraint("item_id", "reviewer", name="uq_review_label_item_id_reviewer"),
    )
    label_id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("review_item.item_id"))
    reviewer: Mapped[str]
    purpose: Mapped[str] = mapped_column(String(40))
    answers: Mapped[str] = mapped_column(Text)
    labelled_at: Mapped[dt.datetime]


class ReviewFlag(Base):
    """Somebody wants a second pair of eyes on an item; it stays flagged."""

    __tablename__ = "review_flag"
    item_id: Mapped[str] = mapped_column(ForeignKey("review_item.item_id"), primary_key=True)
    deployment_id: Mapped[str] = mapped_column(ForeignKey(DEPLOYMENT), index=True)
    flagged_at: Mapped[dt.datetime]


class ReviewSetting(Base):
    """How a deployment reviews: its capacity, who helps reviewers, what is done when a life is at risk."""

    __tablename__ = "review_setting"
    deployment_id: Mapped[str] = mapped_column(ForeignKey(DEPLOYMENT), primary_key=True)
    capacity_per_week: Mapped[int | None]
    support_contact: Mapped[str] = mapped_column(Text)
    crisis_protocol: Mapped[str] = mapped_column(Text)
    set_by: Mapped[str]
    set_at: Mapped[dt.datetime]


class Reviewer(Base):
    """What a reviewer reads, and what they do not take."""

    __tablename__ = "reviewer"
    name: Mapped[str] = mapped_column(primary_key=True)
    languages: Mapped[str]
    topics_not_taken: Mapped[str] = mapped_column(Text)
    zone: Mapped[str] = mapped_column(String(80))


class Page(Base):
    """Somebody on call must be told, and who took it; the notice itself is in the outbox."""

    __tablename__ = "page"
    deployment_id: Mapped[str] = mapped_column(ForeignKey(DEPLOYMENT), primary_key=True)
    page_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    incident_id: Mapped[str] = mapped_column(ForeignKey("incident.incident_id"))
    conversation_id: Mapped[str]
    raised_by: Mapped[str]
    raised_at: Mapped[dt.datetime]
    taken_by: Mapped[str | None]
    taken_at: Mapped[dt.datetime | None]


class RatingProposal(Base):
    """A rating that data speak for, and what a person decided about it."""

    __tablename__ = "rating_proposal"
    deployment_id: Mapped[str] = mapped_column(ForeignKey(DEPLOYMENT), primary_key=True)
    proposal_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    risk_id: Mapped[str]
    indicator_id: Mapped[str]
    slice: Mapped[str] = mapped_column(String(40))
    slice_value: Mapped[str]
    observed_rate: Mapped[float]
    upper_bound: Mapped[float]
    unit_count: Mapped[int]
    is_exposure_limited: Mapped[bool]
    severity: Mapped[str] = mapped_column(String(40))
    probability: Mapped[str] = mapped_column(String(40))
    rated_probability: Mapped[str] = mapped_column(String(40))
    evidence: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(40))
    proposed_at: Mapped[dt.datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[dt.datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")


class ImportProposal(Base):
    """A register or checklist from elsewhere that one person brought and another lets in."""

    __tablename__ = "import_proposal"
    deployment_id: Mapped[str] = mapped_column(ForeignKey(DEPLOYMENT), primary_key=True)
    import_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(40))
    content: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    proposed_by: Mapped[str]
    proposed_at: Mapped[dt.datetime]
    approved_by: Mapped[str | None]
    approved_at: Mapped[dt.datetime | None]


class Location(Base):
    """Somebody looked for the source record of a message, because a person may be at risk."""

    __tablename__ = "location"
    deployment_id: Mapped[str] = mapped_column(ForeignKey(DEPLOYMENT), primary_key=True)
    location_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subject: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    is_found: Mapped[bool]
    source_file: Mapped[str | None] = mapped_column(Text)
    position: Mapped[int | None]
    why_not: Mapped[str] = mapped_column(Text)
    located_by: Mapped[str]
    located_at: Mapped[dt.datetime]
    confirm_by: Mapped[dt.datetime]
    confirmed_by: Mapped[str | None]
    confirmed_at: Mapped[dt.datetime | None]
