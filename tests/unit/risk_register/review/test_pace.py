"""A person's own day: labels, severe items without the open one, when a rest is due, and what waits."""

import datetime as dt

import pytest

from risk_register.database.store import Store
from risk_register.review import reviews
from risk_register.review.reviewers import count_severe, find_reviewer
from risk_register.review.reviews import read_own_pace
from tests.unit.risk_register.review.factory import add_reviewers, draw_week, label_next, stratum, take

MINUTE = dt.timedelta(minutes=1)


def pace(store: Store, at: dt.datetime, name: str = "first") -> reviews.OwnPace:
    return read_own_pace(store, deployment_id="demo", reviewer=name, at=at)


def work(store: Store, at: dt.datetime, *, minutes: int) -> dt.datetime:
    """One item every five minutes, without a gap."""
    end = at + minutes * MINUTE
    while at < end:
        task = take(store, "first", at)
        at += 5 * MINUTE
        reviews.submit_label(store, item_id=task.item_id, answers={}, reviewer="first", at=at)
    return at


@pytest.mark.parametrize(("minutes", "is_due"), [(45, False), (50, True)])
def test_a_rest_is_due_after_fifty_minutes_without_one(store: Store, at, minutes: int, is_due: bool) -> None:
    draw_week(store, at, stratum(0, 60, 30))
    add_reviewers(store, at, "first")
    found = pace(store, work(store, at, minutes=minutes))
    assert (found.minutes_without_rest, found.is_rest_due) == (minutes, is_due)


@pytest.mark.parametrize(("gap", "minutes"), [(9, 64), (10, 5)])
def test_ten_minutes_without_an_item_are_a_rest(store: Store, at, gap: int, minutes: int) -> None:
    draw_week(store, at, stratum(0, 60, 30))
    add_reviewers(store, at, "first")
    back = work(store, at, minutes=50) + gap * MINUTE
    assert pace(store, work(store, back, minutes=5)).minutes_without_rest == minutes


def test_an_item_that_lies_open_is_no_rest(store: Store, at) -> None:
    draw_week(store, at, stratum(0, 60, 30))
    add_reviewers(store, at, "first")
    take(store, "first", at)
    assert pace(store, at + 25 * MINUTE).minutes_without_rest == 25


@pytest.mark.parametrize(("away", "minutes"), [(39, 39), (40, 0), (180, 0)])
def test_whoever_went_away_with_an_item_open_reads_it_no_longer_than_it_is_kept(
    store: Store, at, away: int, minutes: int
) -> None:
    draw_week(store, at, stratum(0, 60, 30))
    add_reviewers(store, at, "first")
    take(store, "first", at)
    back = at + away * MINUTE  # ten minutes after half an hour are a rest
    assert pace(store, back).minutes_without_rest == minutes
    take(store, "first", back)
    assert pace(store, back).minutes_without_rest == minutes


def test_the_severe_item_that_is_open_is_not_counted_aloud(store: Store, at) -> None:
    draw_week(store, at, stratum(3, 5), stratum(0, 5))
    add_reviewers(store, at, "first")
    take(store, "first", at)
    assert pace(store, at).severe_today == 0
    label_next(store, "first", at)
    found = pace(store, at)
    assert (found.severe_today, found.labelled_today, found.severe_limit) == (1, 1, 20)


def test_a_lock_that_ran_out_tells_nothing_of_an_item_that_may_come_back(store: Store, at) -> None:
    draw_week(store, at, stratum(3, 1))
    add_reviewers(store, at, "first")
    opened = take(store, "first", at)
    at += reviews.LOCK_TIME + MINUTE
    assert take(store, "first", at).item_id == opened.item_id  # and the lock before it has ended
    assert pace(store, at).severe_today == 0
    reviews.submit_label(store, item_id=opened.item_id, answers={}, reviewer="first", at=at)
    assert pace(store, at).severe_today == 1


def test_a_lock_that_ran_out_still_counts_toward_the_days_limit(store: Store, at) -> None:
    draw_week(store, at, stratum(3, 30))
    add_reviewers(store, at, "first")
    take(store, "first", at)
    with store.read() as session:
        person = find_reviewer(session, "first")
        assert count_severe(session, person, at=at) == 1
        assert count_severe(session, person, at=at, is_told=True) == 0


def test_labels_of_today_are_those_of_the_reviewers_own_day(store: Store, at) -> None:
    draw_week(store, at, stratum(0, 5))
    reviews.set_reviewer(store, languages=("en",), zone="America/Los_Angeles", actor="first", at=at)
    evening = dt.datetime(2026, 11, 24, 7, 50, tzinfo=dt.UTC)  # ten to midnight there
    label_next(store, "first", evening)
    assert pace(store, evening + 5 * MINUTE).labelled_today == 1
    assert pace(store, evening + 15 * MINUTE).labelled_today == 0


def test_what_waits_is_what_this_person_would_be_given(store: Store, at) -> None:
    draw_week(store, at, stratum(0, 5), stratum(0, 7, language="fr"))
    add_reviewers(store, at, "first")
    add_reviewers(store, at, "second", languages=("en", "fr"))
    assert pace(store, at).waiting_count == 5
    assert pace(store, at, "second").waiting_count == 12
    assert pace(store, at, "nobody").waiting_count == 0
    take(store, "second", at)
    assert pace(store, at, "second").waiting_count == 11


def test_the_lanes_are_counted_by_clock_and_overdue_is_no_answer(store: Store, at) -> None:
    draw_week(store, at, stratum(4, 2), stratum(3, 3), stratum(0, 5))
    lanes = reviews.read_lanes(store, deployment_id="demo", at=at + 2 * dt.timedelta(hours=1))
    assert (lanes.by_level, lanes.overdue_count, lanes.waiting_count) == ({4: 2, 3: 3}, 2, 10)
    add_reviewers(store, at, "first")
    label_next(store, "first", at)
    assert reviews.read_lanes(store, deployment_id="demo", at=at).by_level == {4: 1, 3: 3}
