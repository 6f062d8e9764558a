"""Which label of an item stands, and which strata of a sample count as not yet reviewed.

What is estimated from a stratum is right if what counts of it is a random part of it, and if no single slip
decides it. Where either is not yet so, the whole stratum waits: to leave out the items alone would bias it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from risk_register.database.tables.review import ReviewItem, ReviewLabel
from risk_register.review.states import TRIAGE_LEVEL, ItemStatus


@dataclass(frozen=True)
class Standing:
    """The label that stands, by item, and what keeps strata from counting, by stratum.

    `waiting` are labels that another person has still to read, in strata of which one saw what no detector
    had flagged. Those of the tenth that two people label anyway are among them, so that the number does not
    tell a second reader what the first one saw. `passed_over` are items that nobody was shown though a later
    one of their stratum has its label.
    """

    labels: Mapping[str, ReviewLabel]
    waiting: Mapping[str, int]
    passed_over: Mapping[str, int]

    def is_held(self, stratum_id: str) -> bool:
        """Whether the stratum counts as not yet reviewed."""
        return bool(self.waiting.get(stratum_id) or self.passed_over.get(stratum_id))


def find_standing(
    items: Sequence[ReviewItem],
    labels: Mapping[int, ReviewLabel],
    shown: Mapping[str, dt.datetime],
    *,
    until: dt.datetime | None = None,
) -> Standing:
    """How the labels of a sample stand, or stood at a moment.

    Args:
        items: the sample's, in the order of the draw.
        labels: by id.
        shown: when an item was first in front of somebody, by item.
        until: what came later is left out; None for all there is.
    """
    given: dict[str, list[ReviewLabel]] = {}
    for label in labels.values():
        if until is None or label.labelled_at <= until:
            given.setdefault(label.item_id, []).append(label)
    total = Counter(label.item_id for label in labels.values())
    standing: dict[str, ReviewLabel] = {}
    unsettled: Counter[str] = Counter()
    surprising = set()
    for item in items:
        if item.item_id not in given:
            continue
        mine = given[item.item_id]
        if item.state == ItemStatus.SETTLED.value and len(mine) == total[item.item_id]:
            standing[item.item_id] = next(label for label in mine if label.label_id == item.label_id)
            continue
        first = min(mine, key=lambda label: label.label_id)
        is_unconfirmed = is_surprise(item, first)
        if item.state == ItemStatus.WITHDRAWN.value:
            # Erased: nobody can confirm any more what one person saw there.
            if not is_unconfirmed:
                standing[item.item_id] = first
            continue
        # Until a second or a third person has spoken the first label stands, provisionally.
        standing[item.item_id] = first
        unsettled[item.stratum_id] += 1
        if is_unconfirmed:
            surprising.add(item.stratum_id)
    return Standing(
        labels=standing,
        waiting={stratum: unsettled[stratum] for stratum in surprising},
        passed_over=_count_passed_over(items, standing, shown, until=until),
    )


def is_surprise(item: ReviewItem, label: ReviewLabel) -> bool:
    """Somebody saw what the detectors had not flagged; two people must have seen it before it counts.

    Such a label stands for hundreds of conversations, so that one slip of a reviewer would move the estimate
    more than all that was read right. Nobody is told why they read an item as the second.
    """
    seen = max(json.loads(label.answers).values(), default=0)
    return item.level < TRIAGE_LEVEL and seen >= TRIAGE_LEVEL


def _count_passed_over(
    items: Sequence[ReviewItem],
    standing: Mapping[str, ReviewLabel],
    shown: Mapping[str, dt.datetime],
    *,
    until: dt.datetime | None,
) -> Mapping[str, int]:
    """By stratum: items before its last labelled one that nobody was shown.

    The queue passes over what a reviewer does not take. What is labelled of the stratum then lacks a topic,
    until somebody has read that, too.
    """
    last = {item.stratum_id: item.draw_position for item in items if item.item_id in standing}
    return Counter(
        item.stratum_id
        for item in items
        if item.draw_position < last.get(item.stratum_id, 0)
        and item.item_id not in standing
        and item.state != ItemStatus.WITHDRAWN.value
        and (item.item_id not in shown or (until is not None and shown[item.item_id] > until))
    )
