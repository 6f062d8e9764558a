"""A week is drawn once, when it is whole, and what was drawn can be shown ever after."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.errors import DesignLostError, NotAllowedError, UnknownRecordError
from risk_register.review import reviews
from tests.unit.risk_register.review.factory import SEED, WEEK, draw_week, frame, stratum


def draw(store: Store, at: dt.datetime, **fields: object) -> str:
    given = {"deployment_id": "demo", "week": WEEK, "frame": frame(stratum(0, 100, 20)), "capacity": 22,
             "seed": SEED, **fields}  # fmt: skip
    return reviews.draw_sample(store, actor="safety_officer", at=at, **given)  # type: ignore[arg-type]


def test_a_sample_keeps_its_seed_frame_and_sizes(store: Store, at: dt.datetime) -> None:
    assert draw(store, at) == "demo_2026_w47"
    sample = reviews.list_samples(store, "demo")[0]
    assert (sample.seed, sample.frame_size, sample.sample_size, sample.capacity) == (SEED, 100, 20, 22)
    assert (sample.week, sample.drawn_by, sample.drawn_at) == (WEEK, "safety_officer", at)
    assert sample.frame_hash == frame(stratum(0, 100, 20)).hash
    entry = audit.list_entries(store, action="sample_drawn")[0]
    assert (entry.details["seed"], entry.details["frame_hash"]) == (SEED, sample.frame_hash)
    assert reviews.list_samples(store, "other") == ()


def test_a_week_is_drawn_once_whatever_the_seed(store: Store, at: dt.datetime) -> None:
    draw(store, at)
    with pytest.raises(NotAllowedError, match="has its sample, demo_2026_w47"):
        draw(store, at, seed=SEED + 1)
    assert len(reviews.list_samples(store, "demo")) == 1


def test_a_week_is_drawn_from_the_day_after_its_last(store: Store) -> None:
    monday = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    with pytest.raises(NotAllowedError, match="has not ended"):
        draw(store, monday - dt.timedelta(seconds=1))
    draw(store, monday)
    with pytest.raises(NotAllowedError, match="named by its Monday"):
        draw(store, monday, week=dt.date(2026, 11, 10))


def test_the_capacity_counts_the_second_labels_too(store: Store, at: dt.datetime) -> None:
    with pytest.raises(NotAllowedError, match="20 conversations need 22 labels"):
        draw(store, at, capacity=21)
    assert draw(store, at, capacity=22)


def test_an_unknown_deployment_is_named(store: Store, at: dt.datetime) -> None:
    with pytest.raises(UnknownRecordError, match="nowhere"):
        draw(store, at, deployment_id="nowhere")


def test_flagged_items_have_clocks_and_the_others_a_week(store: Store, at: dt.datetime) -> None:
    sample_id = draw_week(store, at, *(stratum(level, 1) for level in (4, 3, 2, 0)))
    hours = {4: 1, 3: 24, 2: 72, 0: 168}
    for level, allowed in hours.items():
        limit = at + dt.timedelta(hours=allowed)
        late = {
            each.level
            for each in reviews.read_progress(
                store, sample_id=sample_id, at=limit + dt.timedelta(seconds=1)
            ).strata
            if each.overdue_count
        }
        in_time = {
            each.level
            for each in reviews.read_progress(store, sample_id=sample_id, at=limit).strata
            if each.overdue_count
        }
        assert level in late
        assert level not in in_time


def test_the_draw_can_be_repeated_from_its_frame(store: Store, at: dt.datetime, store_path: Path) -> None:
    week = frame(stratum(0, 100, 20), stratum(3, 6, 3))
    sample_id = draw_week(store, at, *week.strata)
    reviews.verify_draw(store, sample_id=sample_id, frame=week)
    with pytest.raises(DesignLostError, match="not the frame"):
        reviews.verify_draw(store, sample_id=sample_id, frame=frame(stratum(0, 99, 20)))
    engine = create_engine(f"sqlite:///{store_path}", poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(
            text("update review_item set conversation_id = 'level_0_en_favourite' where draw_position = 1")
        )
    engine.dispose()
    with pytest.raises(DesignLostError, match="not those that its seed draws"):
        reviews.verify_draw(store, sample_id=sample_id, frame=week)
