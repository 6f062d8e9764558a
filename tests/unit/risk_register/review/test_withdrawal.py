"""After an erasure no review row knows the conversation; what was counted still counts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select

from risk_register.database.store import Store
from risk_register.database.tables.review import ReviewItem
from risk_register.errors import StoreError
from risk_register.incident.danger import list_pages, raise_danger
from risk_register.review import reviews
from risk_register.review.pace import list_overdue
from tests.unit.risk_register.review.factory import add_reviewers, draw_week, label_next, stratum, take


def forget(store: Store, at: dt.datetime, *ids: str) -> int:
    return reviews.forget_person(store, deployment_id="demo", ids=ids, actor="command_line", at=at)


def test_no_row_of_the_store_holds_the_id_any_more(store: Store, store_path: Path, at: dt.datetime) -> None:
    draw_week(store, at, stratum(0, 3))
    add_reviewers(store, at, "first")
    done = label_next(store, "first", at, {"u_acute_distress": 1}).conversation_id
    opened = take(store, "first", at).conversation_id
    assert forget(store, at, done, opened) == 2
    assert forget(store, at, done, opened) == 0
    store.close()
    assert files_with("demo_2026_w47_item_0001", store_path)
    with store.read() as session:
        lines = list(session.connection().connection.driver_connection.iterdump())  # type: ignore[union-attr]
    assert not [line for line in lines if done in line or opened in line]


def test_an_erased_item_is_never_served_again_and_its_label_still_counts(
    store: Store, at: dt.datetime
) -> None:
    sample_id = draw_week(store, at, stratum(0, 2))
    add_reviewers(store, at, "first", "second")
    done = label_next(store, "first", at, {"u_acute_distress": 1}).conversation_id
    waiting = take(store, "first", at).conversation_id
    forget(store, at, done, waiting)
    for name in ("first", "second"):
        assert reviews.next_item(store, deployment_id="demo", reviewer=name, at=at) is None
    export = reviews.export_labels(store, sample_id=sample_id, at=at)
    assert [dict(label.answers) for label in export.labels] == [{"u_acute_distress": 1}]
    assert (export.strata[0].sample_count, export.strata[0].labelled_count) == (2, 1)


def test_what_was_erased_is_neither_late_nor_still_to_come(store: Store, at: dt.datetime) -> None:
    sample_id = draw_week(store, at, stratum(4, 2))
    forget(store, at, "level_4_en_00000")
    found = []
    for moment in (at, at + dt.timedelta(days=3)):
        progress = reviews.read_progress(store, sample_id=sample_id, at=moment)
        lanes = reviews.read_lanes(store, deployment_id="demo", at=moment)
        assert progress.overdue_count == lanes.overdue_count
        found.append((progress.overdue_count, progress.strata[0].coming_count))
    assert found == [(0, 1), (1, 0)]


def test_an_erased_item_waits_for_nobody_and_is_not_overdue(store: Store, at: dt.datetime) -> None:
    draw_week(store, at, stratum(4, 2))
    add_reviewers(store, at, "first")
    forget(store, at, take(store, "first", at).conversation_id)
    late = at + dt.timedelta(days=30)
    lanes = reviews.read_lanes(store, deployment_id="demo", at=late)
    assert (lanes.by_level, lanes.overdue_count, lanes.waiting_count) == ({4: 1}, 1, 1)
    (overdue,) = list_overdue(store, deployment_id="demo", since=at, at=late)
    assert overdue.item_count == 1


def test_a_page_forgets_too(store: Store, at: dt.datetime) -> None:
    raise_danger(store, deployment_id="demo", conversation_id="c1", actor="first", at=at)
    forget(store, at, "c1")
    assert list_pages(store)[0].conversation_id == "erased_page_1"


def files_with(word: str, store_path: Path) -> list[str]:
    """The files of the store, its log included, whose bytes hold a word."""
    files = sorted(path for path in store_path.parent.glob(f"{store_path.name}*") if path.is_file())
    return [path.name for path in files if word.encode() in path.read_bytes()]


def test_after_wiping_the_bytes_of_the_file_do_not_hold_the_id_either(
    store: Store, store_path: Path, at: dt.datetime
) -> None:
    add_reviewers(store, at, "first")
    sample_id = draw_week(store, at, stratum(0, 40))
    with store.read() as session:
        gone = [item.conversation_id for item in session.scalars(select(ReviewItem))][:5]
    assert all(files_with(one, store_path) for one in gone)
    forget(store, at, *gone)
    assert store.wipe() == ()
    assert [one for one in gone if files_with(one, store_path)] == []
    assert files_with(sample_id, store_path)


def test_a_store_that_is_being_read_cannot_be_wiped_and_says_so(
    store: Store, store_path: Path, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("risk_register.database.store.BUSY_SECONDS", 0.05)
    other = Store(f"sqlite:///{store_path}")
    with store.read() as session:
        session.scalars(select(ReviewItem)).all()
        with other.write(actor="somebody", at=at) as write:
            write.record("noted", subject="nothing")
        with pytest.raises(StoreError, match="is being read"):
            other.wipe()
    assert other.wipe() == ()
