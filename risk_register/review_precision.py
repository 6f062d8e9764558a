"""How often reviewers agreed that what a detector called grave was grave, to stand beside a call.

Counts only; an interval is made where numbers are shown.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import select

from risk_register.review_tables import ReviewItem, ReviewLabel
from risk_register.store import Store

GRAVE_LEVEL = 4  # what the detectors call critical
CONFIRMING_LEVEL = 3  # what a reviewer has to have seen for it to count as grave


@dataclass(frozen=True)
class GravePrecision:
    """Reviewed conversations that the detectors called grave, and those in which a person saw it too."""

    reviewed: int
    confirmed: int


def count_grave_precision(store: Store, deployment_id: str) -> GravePrecision:
    """Over all samples of a deployment; the label that counts of each item."""
    query = (
        select(ReviewLabel.answers)
        .join(ReviewItem, ReviewItem.label_id == ReviewLabel.label_id)
        .where(ReviewItem.deployment_id == deployment_id, ReviewItem.level >= GRAVE_LEVEL)
    )
    with store.read() as session:
        answers = [json.loads(one) for one in session.scalars(query)]
    seen = sum(max(one.values(), default=0) >= CONFIRMING_LEVEL for one in answers)
    return GravePrecision(len(answers), seen)
