"""How far the reviews of a sample are, and what two people said of the same items.

No figure here names a reviewer. What nobody labelled is non-response, counted and shown, and never means that
nothing was found. Labels leave through `exports`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from risk_register.database.store import Store
from risk_register.database.tables.review import ReviewAssignment, ReviewItem, ReviewLabel, ReviewStratum
from risk_register.review.reviewers import list_languages
from risk_register.review.samples import SampleRecord, find_sample
from risk_register.review.standing import Standing, find_standing
from risk_register.review.states import ItemStatus, Purpose

Answers = Mapping[str, int]


@dataclass(frozen=True)
class StratumProgress:
    """A stratum: N conversations, n drawn, how many of these have a label, and whether anybody reads it.

    `overdue_count` and `coming_count` are items without a label, past their clock and in time.
    `waiting_count` and `passed_over_count` are as in `standing`; where one is not 0 nothing is
    estimated from the stratum.
    """

    stratum_id: str
    language: str
    level: int
    is_flagged: bool
    unit_count: int
    sample_count: int
    labelled_count: int
    overdue_count: int
    has_reviewer: bool
    coming_count: int = 0
    waiting_count: int = 0
    passed_over_count: int = 0

    @property
    def counted_count(self) -> int:
        """Labels that enter an estimate: all of the stratum's, or none yet."""
        return 0 if self.is_held else self.labelled_count

    @property
    def is_held(self) -> bool:
        """Whether the stratum counts as not yet reviewed, whatever is labelled of it."""
        return bool(self.waiting_count or self.passed_over_count)


@dataclass(frozen=True)
class Progress:
    """How far a sample is; `overdue_count` are items past their clock that nobody has labelled."""

    sample: SampleRecord
    strata: tuple[StratumProgress, ...]
    by_state: Mapping[str, int]
    doubled_count: int
    agreed_count: int

    @property
    def labelled_count(self) -> int:
        """Items with at least one label."""
        return sum(stratum.labelled_count for stratum in self.strata)

    @property
    def overdue_count(self) -> int:
        """Items past their clock without a label: non-response, never clear."""
        return sum(stratum.overdue_count for stratum in self.strata)


@dataclass(frozen=True)
class Design:
    """A sample with its rows: strata by id, items in the order of the draw, labels by id.

    `shown` says when an item was first in front of somebody, by item.
    """

    sample: SampleRecord
    strata: tuple[ReviewStratum, ...]
    items: tuple[ReviewItem, ...]
    labels: Mapping[int, ReviewLabel]
    shown: Mapping[str, dt.datetime]

    def find_standing(self, *, until: dt.datetime | None = None) -> Standing:
        """Which labels stand, by all there is or as it was at a moment."""
        return find_standing(self.items, self.labels, self.shown, until=until)


def read_progress(store: Store, *, sample_id: str, at: dt.datetime) -> Progress:
    """How far a sample is, stratum by stratum."""
    design = read_design(store, sample_id)
    doubled = list_double_labels(store, sample_id=sample_id)
    return Progress(
        sample=design.sample,
        strata=describe_strata(design, design.find_standing(), at=at, languages=list_languages(store)),
        by_state=Counter(item.state for item in design.items),
        doubled_count=len(doubled),
        agreed_count=sum(first == second for first, second in doubled),
    )


def list_double_labels(store: Store, *, sample_id: str) -> tuple[tuple[Answers, Answers], ...]:
    """First and second answers of the items drawn to be labelled twice, in the order of the draw.

    Not of those that a second person read because the first saw what the detectors had not: they are no
    random part of the week, and would say nothing about agreement.
    """
    with store.read() as session:
        rows = session.execute(
            select(ReviewLabel.item_id, ReviewLabel.purpose, ReviewLabel.answers)
            .join(ReviewItem, ReviewItem.item_id == ReviewLabel.item_id)
            .where(ReviewItem.sample_id == sample_id, ReviewItem.needs_second)
            .order_by(ReviewItem.draw_position)
        )
        found: dict[str, dict[str, Answers]] = {}
        for item_id, purpose, answers in rows:
            found.setdefault(item_id, {})[purpose] = json.loads(answers)
    return tuple(
        (labels[Purpose.FIRST.value], labels[Purpose.SECOND.value])
        for labels in found.values()
        if Purpose.SECOND.value in labels
    )


def read_design(store: Store, sample_id: str) -> Design:
    """Everything that is kept of a sample."""
    sample = find_sample(store, sample_id)
    with store.read() as session:
        strata = select(ReviewStratum).filter_by(sample_id=sample_id).order_by(ReviewStratum.stratum_id)
        items = select(ReviewItem).filter_by(sample_id=sample_id).order_by(ReviewItem.draw_position)
        labels = select(ReviewLabel).join(ReviewItem, ReviewItem.item_id == ReviewLabel.item_id)
        shown = (
            select(ReviewAssignment.item_id, func.min(ReviewAssignment.served_at).label("first_at"))
            .join(ReviewItem, ReviewItem.item_id == ReviewAssignment.item_id)
            .where(ReviewItem.sample_id == sample_id)
            .group_by(ReviewAssignment.item_id)
        )
        return Design(
            sample,
            tuple(session.scalars(strata)),
            tuple(session.scalars(items)),
            {row.label_id: row for row in session.scalars(labels.where(ReviewItem.sample_id == sample_id))},
            {row.item_id: row.first_at for row in session.execute(shown)},
        )


def describe_strata(
    design: Design, standing: Standing, *, at: dt.datetime, languages: frozenset[str]
) -> tuple[StratumProgress, ...]:
    """Each stratum with what has been labelled, what is overdue, and whether anybody reads its language."""
    labelled = Counter(item.stratum_id for item in design.items if item.item_id in standing.labels)
    # Nobody can label what was erased: it is neither late nor still to come.
    unread = [
        item for item in design.items if item.label_id is None and item.state != ItemStatus.WITHDRAWN.value
    ]
    overdue = Counter(item.stratum_id for item in unread if item.due_at < at)
    coming = Counter(item.stratum_id for item in unread if item.due_at >= at)
    return tuple(
        StratumProgress(
            stratum_id=row.stratum_id,
            language=row.language,
            level=row.level,
            is_flagged=row.is_flagged,
            unit_count=row.unit_count,
            sample_count=row.sample_count,
            labelled_count=labelled[row.stratum_id],
            overdue_count=overdue[row.stratum_id],
            has_reviewer=row.language in languages,
            coming_count=coming[row.stratum_id],
            waiting_count=standing.waiting.get(row.stratum_id, 0),
            passed_over_count=standing.passed_over.get(row.stratum_id, 0),
        )
        for row in design.strata
    )
