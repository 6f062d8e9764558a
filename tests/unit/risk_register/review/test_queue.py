"""What a reviewer is given: their languages, not their topics, not too much of the hard kind, no verdict."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from risk_register.account import accounts
from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.errors import NotAllowedError
from risk_register.review import reviews
from risk_register.review.queue import ReviewTask
from tests.unit.risk_register.review.factory import WEEK, add_reviewers, draw_week, label_next, stratum, take

MINUTE = dt.timedelta(minutes=1)


def levels(store: Store, reviewer: str, at: dt.datetime, *, count: int) -> list[int]:
    """The detector levels of the next items, as their ids betray them to the test alone."""
    return [int(label_next(store, reviewer, at).conversation_id.split("_")[1]) for _ in range(count)]


def test_an_open_item_comes_back_until_it_is_labelled(store: Store, at: dt.datetime) -> None:
    draw_week(store, at, stratum(0, 10))
    add_reviewers(store, at, "first")
    task = take(store, "first", at)
    assert take(store, "first", at + MINUTE) == task
    label_next(store, "first", at + MINUTE)
    assert take(store, "first", at + MINUTE).item_id != task.item_id


def test_an_item_is_kept_for_whoever_opened_it_for_half_an_hour(store: Store, at: dt.datetime) -> None:
    draw_week(store, at, stratum(0, 1))
    add_reviewers(store, at, "first", "second")
    task = take(store, "first", at)
    before, after = at + 30 * MINUTE - dt.timedelta(seconds=1), at + 30 * MINUTE
    assert reviews.next_item(store, deployment_id="demo", reviewer="second", at=before) is None
    assert take(store, "second", after).item_id == task.item_id
    with pytest.raises(NotAllowedError, match="not open for first"):
        reviews.submit_label(store, item_id=task.item_id, answers={}, reviewer="first", at=after)


def test_a_label_after_the_lock_ran_out_is_refused_even_if_nobody_else_came(
    store: Store, at: dt.datetime
) -> None:
    draw_week(store, at, stratum(0, 1))
    add_reviewers(store, at, "first")
    task = take(store, "first", at)
    with pytest.raises(NotAllowedError, match="that is over"):
        reviews.submit_label(store, item_id=task.item_id, answers={}, reviewer="first", at=at + 30 * MINUTE)
    assert label_next(store, "first", at + 30 * MINUTE).item_id == task.item_id


def test_a_reviewer_gets_the_languages_they_read(store: Store, at: dt.datetime) -> None:
    sample_id = draw_week(
        store, at, stratum(0, 3), stratum(0, 2, language="de"), stratum(0, 2, language="fr")
    )
    add_reviewers(store, at, "german", languages=("de",))
    assert {label_next(store, "german", at).language for _ in range(2)} == {"de"}
    assert reviews.next_item(store, deployment_id="demo", reviewer="german", at=at) is None
    progress = reviews.read_progress(store, sample_id=sample_id, at=at)
    assert {each.language: each.has_reviewer for each in progress.strata} == {
        "de": True, "en": False, "fr": False,
    }  # fmt: skip


def test_without_a_language_nothing_is_served(store: Store, at: dt.datetime) -> None:
    draw_week(store, at, stratum(0, 1))
    with pytest.raises(NotAllowedError, match="has not said which languages"):
        reviews.next_item(store, deployment_id="demo", reviewer="new", at=at)


def test_topics_that_a_reviewer_does_not_take_go_to_somebody_else(store: Store, at: dt.datetime) -> None:
    draw_week(store, at, stratum(2, 2, topics=("eating", "distress")), stratum(0, 1))
    reviews.set_reviewer(store, languages=("en",), topics_not_taken=("eating",), actor="careful", at=at)
    add_reviewers(store, at, "other")
    assert levels(store, "careful", at, count=1) == [0]
    assert reviews.next_item(store, deployment_id="demo", reviewer="careful", at=at) is None
    assert levels(store, "other", at, count=2) == [2, 2]
    assert "eating" not in str(audit.list_entries(store, action="reviewer_set"))


def test_settings_that_do_not_exist_are_refused(store: Store, at: dt.datetime) -> None:
    for wrong in ({"topics_not_taken": ("weather",)}, {"zone": "Mars/North"}, {"languages": ()}):
        with pytest.raises(NotAllowedError):
            reviews.set_reviewer(store, **{"languages": ("en",), **wrong}, actor="a", at=at)


def test_an_item_is_passed_on_without_a_reason_and_stays_in_the_sample(store: Store, at: dt.datetime) -> None:
    sample_id = draw_week(store, at, stratum(0, 1))
    add_reviewers(store, at, "first", "second")
    task = take(store, "first", at)
    reviews.pass_on(store, item_id=task.item_id, reviewer="first", at=at)
    assert reviews.next_item(store, deployment_id="demo", reviewer="first", at=at) is None
    assert take(store, "second", at).item_id == task.item_id
    assert reviews.read_progress(store, sample_id=sample_id, at=at).sample.sample_size == 1
    entry = audit.list_entries(store, action="review_item_passed_on")[0]
    assert (entry.actor, entry.subject, dict(entry.details)) == ("review_queue", task.item_id, {})


def test_only_the_person_who_has_it_can_pass_it_on(store: Store, at: dt.datetime) -> None:
    draw_week(store, at, stratum(0, 1))
    add_reviewers(store, at, "first", "second")
    task = take(store, "first", at)
    with pytest.raises(NotAllowedError, match="not open for second"):
        reviews.pass_on(store, item_id=task.item_id, reviewer="second", at=at)


def test_the_most_severe_come_first_with_ordinary_ones_between(store: Store, at: dt.datetime) -> None:
    draw_week(store, at, stratum(4, 3), stratum(3, 3), stratum(2, 3), stratum(0, 30))
    add_reviewers(store, at, "first")
    served = levels(store, "first", at, count=12)
    severe = [level for level in served if level >= 3]
    assert severe == sorted(severe, reverse=True) == [4, 4, 4, 3, 3, 3]
    assert all(min(served[start : start + 3]) < 3 for start in range(len(served) - 2))


def test_the_random_order_keeps_its_share_beside_a_long_triage_lane(store: Store, at: dt.datetime) -> None:
    draw_week(store, at, stratum(2, 200), stratum(0, 200))
    add_reviewers(store, at, "first")
    served = levels(store, "first", at, count=40)
    # The front of the random order is ordinary by then: triage has gone before it through the flagged ones.
    assert served.count(0) == 0.30 * 40


def test_of_two_weeks_the_earlier_clock_comes_first_and_else_the_newer_sample(
    store: Store, at: dt.datetime
) -> None:
    older = draw_week(store, at, stratum(4, 3), stratum(1, 2))
    newer = draw_week(
        store,
        at + dt.timedelta(days=7),
        stratum(4, 3, language="fr"),
        stratum(0, 2),
        week=WEEK + dt.timedelta(days=7),
    )
    add_reviewers(store, at, "first", languages=("en", "fr"))
    served = [label_next(store, "first", at + dt.timedelta(days=7)) for _ in range(8)]
    severe = [task.sample_id for task in served if "level_4" in task.conversation_id]
    ordinary = [task.sample_id for task in served if "level_4" not in task.conversation_id]
    assert severe[:3] == [older] * 3
    assert ordinary[:2] == [newer] * 2


def test_the_share_of_the_random_order_is_that_of_the_newest_sample_alone(
    store: Store, at: dt.datetime
) -> None:
    draw_week(store, at, stratum(2, 9))
    add_reviewers(store, at, "first", languages=("en", "fr"))
    levels(store, "first", at, count=9)  # the tenth would be of the random order
    later = at + dt.timedelta(days=7)
    draw_week(store, later, stratum(2, 1, language="fr"), stratum(0, 30), week=WEEK + dt.timedelta(days=7))
    assert levels(store, "first", later, count=1) == [2]


def test_a_day_has_twenty_severe_items_and_then_ordinary_ones(store: Store, at: dt.datetime) -> None:
    draw_week(store, at, stratum(3, 30), stratum(0, 30))
    add_reviewers(store, at, "first")
    served = levels(store, "first", at, count=50)
    assert served.count(3) == 20
    assert reviews.next_item(store, deployment_id="demo", reviewer="first", at=at) is None
    assert levels(store, "first", at + dt.timedelta(days=1), count=1) == [3]


def test_a_day_is_a_day_in_the_reviewers_own_zone(store: Store, at: dt.datetime) -> None:
    draw_week(store, at, stratum(3, 30))
    reviews.set_reviewer(store, languages=("en",), zone="America/Los_Angeles", actor="first", at=at)
    levels(store, "first", at, count=20)  # 01:00 there
    before_midnight = dt.datetime(2026, 11, 24, 7, 59, tzinfo=dt.UTC)
    assert reviews.next_item(store, deployment_id="demo", reviewer="first", at=before_midnight) is None
    assert levels(store, "first", before_midnight + MINUTE, count=1) == [3]


def test_what_a_person_found_severe_counts_like_what_the_detectors_did(store: Store, at: dt.datetime) -> None:
    draw_week(store, at, stratum(0, 30), stratum(3, 5))
    add_reviewers(store, at, "first", "second")
    seen = 0
    while seen < 20:
        task = label_next(store, "first", at, {"u_suicidal_ideation": 3})
        seen += 1
        assert task is not None
    rest = [task for _ in range(20) if (task := reviews.next_item(
        store, deployment_id="demo", reviewer="first", at=at)) is not None]  # fmt: skip
    assert all(task.conversation_id.startswith("level_0") for task in rest)


def test_a_passed_severe_item_was_seen_and_counts(store: Store, at: dt.datetime) -> None:
    draw_week(store, at, stratum(3, 25))
    add_reviewers(store, at, "first")
    for _ in range(20):
        reviews.pass_on(store, item_id=take(store, "first", at).item_id, reviewer="first", at=at)
    assert reviews.next_item(store, deployment_id="demo", reviewer="first", at=at) is None


def test_what_is_served_says_nothing_of_the_detectors_verdict(store: Store, at: dt.datetime) -> None:
    draw_week(store, at, stratum(4, 1))
    add_reviewers(store, at, "first")
    task = take(store, "first", at)
    names = {field.name for field in fields(ReviewTask)}
    assert names == {"item_id", "sample_id", "deployment_id", "conversation_id", "day", "language", "purpose",
                     "locked_until", "answers_so_far"}  # fmt: skip
    assert task.answers_so_far == ()


REVIEWER = """
import datetime as dt, sys
from risk_register.review import reviews
from risk_register.database.store import Store
store, name = Store(sys.argv[1]), sys.argv[2]
at = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
count = 0
while (task := reviews.next_item(store, deployment_id="demo", reviewer=name, at=at)) is not None:
    reviews.submit_label(store, item_id=task.item_id, answers={}, reviewer=name, at=at)
    count += 1
print(count)
"""


def review_at_once(url: str, names: tuple[str, ...]) -> list[int]:
    running = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", REVIEWER, url, name], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True)
        for name in names
    ]  # fmt: skip
    endings = [(process.communicate(timeout=120), process.returncode) for process in running]
    assert [code for _, code in endings] == [0] * len(names), [errors for (_, errors), _ in endings]
    return [int(output) for (output, _), _ in endings]


def test_reviewers_who_work_at_once_never_get_the_same_item(
    store: Store, store_path: Path, at: dt.datetime
) -> None:
    sample_id = draw_week(store, at, stratum(0, 40))
    names = ("first", "second", "third")
    add_reviewers(store, at, *names)
    counts = review_at_once(f"sqlite:///{store_path}", names)
    # 40 first labels and a second one for each tenth.
    assert sum(counts) == 44
    progress = reviews.read_progress(store, sample_id=sample_id, at=at)
    assert (progress.labelled_count, dict(progress.by_state)) == (40, {"settled": 40})
    assert audit.verify_chain(store).is_intact


@pytest.mark.full
def test_reviewers_on_postgresql_never_get_the_same_item(postgres_url: str, at: dt.datetime) -> None:
    from risk_register.register.register import ensure_deployment

    store = Store(postgres_url)
    store.upgrade()
    ensure_deployment(store, deployment_id="demo", title="Demo", actor="command_line", at=at)
    sample_id = draw_week(store, at, stratum(0, 30), stratum(4, 4))
    names = ("first", "second", "third")
    add_reviewers(store, at, *names)
    assert sum(review_at_once(postgres_url, names)) == 38
    progress = reviews.read_progress(store, sample_id=sample_id, at=at)
    assert (progress.labelled_count, dict(progress.by_state)) == (34, {"settled": 34})
    assert audit.verify_chain(store).is_intact
    store.close()


def test_a_second_account_of_a_reviewer_is_no_second_reviewer(store: Store, at: dt.datetime) -> None:
    draw_week(store, at, stratum(0, 1))
    for name in ("first", "first_home", "second"):
        accounts.create_account(store, name=name, actor="command_line", at=at)
    accounts.join_person(store, name="first_home", same_as="first", actor="command_line", at=at)
    add_reviewers(store, at, "first", "first_home", "second")
    label_next(store, "first", at)
    for name in ("first", "first_home"):
        assert reviews.next_item(store, deployment_id="demo", reviewer=name, at=at) is None
    assert take(store, "second", at).purpose == "second"


def test_the_days_limit_is_of_the_person_and_not_of_the_account(store: Store, at: dt.datetime) -> None:
    draw_week(store, at, stratum(4, reviews.SEVERE_A_DAY + 3))
    for name in ("first", "first_home"):
        accounts.create_account(store, name=name, actor="command_line", at=at)
    accounts.join_person(store, name="first_home", same_as="first", actor="command_line", at=at)
    add_reviewers(store, at, "first", "first_home")
    levels(store, "first", at, count=reviews.SEVERE_A_DAY)
    assert reviews.next_item(store, deployment_id="demo", reviewer="first_home", at=at) is None
    pace = reviews.read_own_pace(store, deployment_id="demo", reviewer="first_home", at=at)
    assert pace.is_done_for_today
