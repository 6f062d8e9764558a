"""After an erasure no review row knows the conversation; what was counted still counts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from risk_register import reviews
from risk_register.store import Store
from tests.unit.risk_register.review_factory import add_reviewers, draw_week, label_next, stratum, take


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
    content = b"".join(path.read_bytes() for path in store_path.parent.glob(f"{store_path.name}*"))
    assert b"demo_2026_w47_item_0001" in content
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


def test_a_page_forgets_too(store: Store, at: dt.datetime) -> None:
    reviews.raise_danger(store, deployment_id="demo", conversation_id="c1", actor="first", at=at)
    forget(store, at, "c1")
    assert reviews.list_pages(store)[0].conversation_id == "erased_page_1"
