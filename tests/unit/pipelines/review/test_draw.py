"""The week to draw: ended where the deployment is, with its last evening delivered."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from sqlalchemy import delete, select

from pipelines.errors import StateError
from pipelines.review.draw import _tally_before, draw_week, find_last_week, find_zone
from risk_register.database.store import Store
from risk_register.database.tables.review import ReviewItem
from risk_register.register.deployments import ensure_deployment
from tests.unit.risk_register.review import factory as review_factory

BEFORE, LAST = dt.date(2026, 11, 9), dt.date(2026, 11, 16)
MONDAY = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)


class OneDeployment:
    """A lake that knows one deployment, on the west coast."""

    def read(self, table: str, **_: Any) -> pa.Table:
        return pa.table({"deployment_id": ["demo"], "zone": ["America/Los_Angeles"]})


@pytest.mark.parametrize(
    ("zone", "moment", "week"),
    [
        ("UTC", "2026-11-23T00:07", BEFORE),
        ("UTC", "2026-11-23T03:59", BEFORE),
        ("UTC", "2026-11-23T04:00", LAST),
        ("UTC", "2026-11-29T23:59", LAST),
        ("America/Los_Angeles", "2026-11-23T11:59", BEFORE),
        ("America/Los_Angeles", "2026-11-23T12:00", LAST),
        ("Pacific/Auckland", "2026-11-22T23:59", BEFORE),  # Monday noon there; the register counts in UTC
        ("Pacific/Auckland", "2026-11-23T00:00", LAST),
    ],
)
def test_a_week_is_drawn_once_it_has_ended_and_its_night_is_over(
    zone: str, moment: str, week: dt.date
) -> None:
    at = dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)
    assert find_last_week(at, zone=ZoneInfo(zone)) == week


def test_the_zone_is_the_deployments_and_utc_for_one_that_is_not_known() -> None:
    assert find_zone(OneDeployment(), "demo").key == "America/Los_Angeles"  # type: ignore[arg-type]
    assert find_zone(OneDeployment(), "other").key == "UTC"  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(f"sqlite:///{tmp_path / 'governance.sqlite'}")
    made.upgrade()
    ensure_deployment(made, deployment_id="demo", title="Demo", actor="command_line", at=MONDAY)
    return made


def test_a_week_that_goes_on_where_the_deployment_is_is_not_drawn_by_hand_either(store: Store) -> None:
    with pytest.raises(StateError, match="has not ended in America/Los_Angeles"):
        draw_week(
            OneDeployment(),  # type: ignore[arg-type]
            store, deployment_id="demo", week=LAST, capacity=10, seed=1, actor="officer",
            at=dt.datetime(2026, 11, 23, 7, 59, tzinfo=dt.UTC),
        )  # fmt: skip


def test_a_sample_whose_design_is_lost_does_not_keep_later_weeks_from_being_drawn(store: Store) -> None:
    review_factory.draw_week(store, MONDAY, review_factory.stratum(0, 4))
    found = _tally_before(store, deployment_id="demo", week=LAST + dt.timedelta(days=7), at=MONDAY)
    assert list(found) == ["level_0_en"]
    with store.write(actor="somebody", at=MONDAY) as write:
        gone = write.session.scalars(select(ReviewItem.item_id).limit(1)).one()
        write.session.execute(delete(ReviewItem).where(ReviewItem.item_id == gone))
        write.record("item_lost", subject=gone)
    assert _tally_before(store, deployment_id="demo", week=LAST + dt.timedelta(days=7), at=MONDAY) == {}
