"""A review week from draw to estimate, through the rules of the screen; the whole is in `tests/full`."""

from __future__ import annotations

import math
from collections import defaultdict

import pytest
from sqlalchemy import update

from methods.agreement import Scale, krippendorff_alpha
from risk_register.database.store import Store
from risk_register.database.tables.review import ReviewItem, ReviewSample
from risk_register.errors import DesignLostError
from risk_register.review import reviews
from risk_register.review.reviews import Purpose
from tests.unit.risk_register.review.week import (
    DRAWN_AT,
    Stratum,
    draw_week,
    estimate,
    estimate_missed,
    make_week,
    work,
)

PEOPLE = ("first", "second", "third")
SMALL = (
    Stratum("at_risk_3", 3, 30, 0.6, 12),
    Stratum("at_risk_2", 2, 60, 0.3, 18),
    Stratum("unflagged", 0, 900, 0.02, 40),
)


def test_a_week_is_labelled_disputed_settled_and_estimated(store: Store) -> None:
    week = make_week(SMALL, seed=5)
    sample_id = draw_week(store, week, seed=7, capacity=77)
    given = work(store, week, PEOPLE, labels=1000, error_rate=0.1, seed=3)
    assert given[Purpose.FIRST] == 70
    assert 7 <= given[Purpose.SECOND] < 30
    progress = reviews.read_progress(store, sample_id=sample_id, at=DRAWN_AT)
    assert progress.by_state == {"settled": 70}
    assert progress.doubled_count == 7
    assert given[Purpose.ADJUDICATION] >= progress.doubled_count - progress.agreed_count
    export = reviews.export_labels(store, sample_id=sample_id, at=DRAWN_AT)
    assert len({label.item_id for label in export.labels}) == 70
    assert sum(label.weight for label in export.labels) == pytest.approx(990)
    found = estimate(export)
    assert found.low <= week.share <= found.high
    assert 0 < estimate_missed(export).low < 1
    pairs = reviews.list_double_labels(store, sample_id=sample_id)
    ratings = [[reviews.find_risk_level(labels) for labels in one] for one in zip(*pairs, strict=True)]
    assert not math.isinf(krippendorff_alpha(ratings, scale=Scale.ORDINAL))


def test_what_is_read_of_a_stratum_is_the_beginning_of_its_random_order(store: Store) -> None:
    """Whatever the lanes do and whoever passes on: part of the work is a random part of every stratum."""
    week = make_week(SMALL, seed=5)
    draw_week(store, week, seed=7, capacity=77)
    for name in PEOPLE:
        reviews.set_reviewer(store, languages=("en",), actor=name, at=DRAWN_AT)
    for _ in range(3):  # somebody passes some on; they stay in the sample and go to others first
        task = reviews.next_item(store, deployment_id="demo", reviewer="third", at=DRAWN_AT)
        assert task is not None
        reviews.pass_on(store, item_id=task.item_id, reviewer="third", at=DRAWN_AT)
    work(store, week, PEOPLE, labels=31, error_rate=0.0, seed=3)
    orders = defaultdict(list)
    with store.read() as session:
        for item in session.query(ReviewItem).order_by(ReviewItem.draw_position):
            orders[item.stratum_id].append(item.label_id is not None)
    assert set(orders) == {one.name for one in SMALL}
    assert not all(label for labelled in orders.values() for label in labelled)
    for labelled in orders.values():
        assert any(labelled)
        assert labelled == sorted(labelled, reverse=True)


def test_without_its_seed_a_sample_estimates_nothing_and_says_why(store: Store) -> None:
    week = make_week(SMALL, seed=5)
    sample_id = draw_week(store, week, seed=7, capacity=77)
    work(store, week, PEOPLE, labels=1000, error_rate=0.0, seed=3)
    with store.write(actor="somebody", at=DRAWN_AT) as write:
        write.session.execute(update(ReviewSample).values(seed=None))
        write.record("seed_deleted", subject=sample_id)
    with pytest.raises(DesignLostError, match=r"seed of .* is gone.*nobody can show that it is random"):
        reviews.export_labels(store, sample_id=sample_id, at=DRAWN_AT)
