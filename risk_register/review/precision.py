"""How often reviewers agreed that what a detector called grave was grave, to stand beside a call.

Counts only; an interval is made where numbers are shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from risk_register.content import load_taxonomy
from risk_register.database.store import Store
from risk_register.database.tables.review import ReviewItem, ReviewLabel
from risk_register.definition import Polarity
from risk_register.review.labels import AT_RISK

GRAVE_LEVEL = 4  # what the detectors call critical
CONFIRMING_LEVEL = 3  # what a reviewer has to have seen for it to count as grave


@dataclass(frozen=True)
class GravePrecision:
    """Reviewed conversations that the detectors called grave, and those in which a person saw it too."""

    reviewed: int
    confirmed: int


def count_grave_precision(store: Store, deployment_id: str) -> GravePrecision:
    """Over all samples of a deployment; the label that counts of each item.

    A person at risk is confirmed by signs of such risk, harm of the assistant by such harm; where both were
    called grave, by both. An erased item no longer says which it was, and is left out.
    """
    query = (
        select(ReviewItem.verdict, ReviewLabel.answers)
        .join(ReviewItem, ReviewItem.label_id == ReviewLabel.label_id)
        .where(ReviewItem.deployment_id == deployment_id, ReviewItem.level >= GRAVE_LEVEL)
    )
    kinds = {"user_risk_level": AT_RISK, "harm_level": _list_harms()}
    reviewed = confirmed = 0
    with store.read() as session:
        for verdict, answers in session.execute(query):
            called = [kinds[name] for name, level in json.loads(verdict).items() if level >= GRAVE_LEVEL]
            reviewed += bool(called)
            confirmed += bool(called) and all(_is_seen(json.loads(answers), signals) for signals in called)
    return GravePrecision(reviewed, confirmed)


def _list_harms() -> frozenset[str]:
    return frozenset(one.id for one in load_taxonomy().signals if one.polarity is Polarity.ASSISTANT_HARM)


def _is_seen(answers: Mapping[str, int], signals: frozenset[str]) -> bool:
    return any(answers.get(name, 0) >= CONFIRMING_LEVEL for name in signals)
