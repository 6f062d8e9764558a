"""What one person saw and no detector flagged holds its stratum; so does what was shown to nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest

from risk_register.database.store import Store
from risk_register.review import reviews
from risk_register.review.results import read_design
from risk_register.review.reviews import Purpose, StratumProgress
from tests.unit.risk_register.review.factory import (
    NOTHING,
    add_reviewers,
    draw_week,
    label_all,
    stratum,
    take,
)

SEEN = {"u_suicidal_ideation": 2}


def is_case(answers: Mapping[str, int]) -> bool:
    return "u_suicidal_ideation" in answers


def count(store: Store, sample_id: str, at: dt.datetime) -> list[tuple[int, int]]:
    """Labels that count and cases among them, stratum by stratum."""
    export = reviews.export_labels(store, sample_id=sample_id, at=at)
    return [(row.reviewed, row.confirmed) for row in reviews.tally(export, is_case=is_case)]


def describe(store: Store, sample_id: str, at: dt.datetime) -> StratumProgress:
    return reviews.read_progress(store, sample_id=sample_id, at=at).strata[0]


def see_one(store: Store, at: dt.datetime) -> tuple[str, str]:
    """One reviewer labels the whole week alone and sees a person at risk in one conversation of it."""
    sample_id = draw_week(store, at, stratum(0, 400, 20), stratum(2, 10))
    add_reviewers(store, at, "first")
    chosen = next(
        item for item in read_design(store, sample_id).items if not item.needs_second and not item.level
    )
    label_all(store, ("first",), at, lambda name: SEEN if name == chosen.conversation_id else NOTHING)
    return sample_id, chosen.item_id


def answer(store: Store, item_id: str, reviewer: str, at: dt.datetime, answers: Mapping[str, int]) -> None:
    """Label this item, passing on whatever comes before it."""
    add_reviewers(store, at, reviewer)
    while (task := take(store, reviewer, at)).item_id != item_id:
        reviews.pass_on(store, item_id=task.item_id, reviewer=reviewer, at=at)
    reviews.submit_label(store, item_id=item_id, answers=answers, reviewer=reviewer, at=at)


def test_a_stratum_waits_for_the_second_person_and_the_others_do_not(store: Store, at: dt.datetime) -> None:
    sample_id, item_id = see_one(store, at)
    assert count(store, sample_id, at) == [(0, 0), (10, 0)]
    held = describe(store, sample_id, at)
    assert (held.labelled_count, held.counted_count, held.is_held) == (20, 0, True)
    export = reviews.export_labels(store, sample_id=sample_id, at=at)
    assert export.unlabelled_strata == ("level_0_en",)
    assert {label.weight for label in export.labels if label.stratum_id == "level_0_en"} == {0.0}
    # The number holds the labels of the tenth, too: it does not tell a second reader what was seen.
    drawn_twice = sum(item.needs_second and not item.level for item in read_design(store, sample_id).items)
    assert held.waiting_count == 1 + drawn_twice > 1

    answer(store, item_id, "second", at, SEEN)
    assert count(store, sample_id, at) == [(20, 1), (10, 0)]
    assert describe(store, sample_id, at).waiting_count == 0


@pytest.mark.parametrize(("final", "confirmed"), [(SEEN, 1), (NOTHING, 0)])
def test_where_the_second_saw_nothing_it_waits_for_the_third_whose_answer_counts(
    store: Store, at: dt.datetime, final: Mapping[str, int], confirmed: int
) -> None:
    sample_id, item_id = see_one(store, at)
    answer(store, item_id, "second", at, NOTHING)
    assert count(store, sample_id, at)[0] == (0, 0)
    answer(store, item_id, "third", at, final)
    assert count(store, sample_id, at)[0] == (20, confirmed)


def test_a_label_that_is_read_again_for_agreement_alone_stands_meanwhile(
    store: Store, at: dt.datetime
) -> None:
    sample_id = draw_week(store, at, stratum(2, 20))
    add_reviewers(store, at, "first")
    label_all(store, ("first",), at, lambda _: SEEN)
    assert reviews.read_progress(store, sample_id=sample_id, at=at).by_state["needs_second"] == 2
    assert count(store, sample_id, at) == [(20, 20)]


def test_once_it_is_erased_nobody_can_confirm_it_and_it_is_not_among_the_labels(
    store: Store, at: dt.datetime
) -> None:
    sample_id, item_id = see_one(store, at)
    gone = reviews.find_item_conversation(store, deployment_id="demo", item_id=item_id)
    reviews.forget_person(store, deployment_id="demo", ids=[gone], actor="officer", at=at)
    assert count(store, sample_id, at)[0] == (19, 0)


def test_how_labels_stood_at_a_moment_is_not_changed_by_what_came_later(
    store: Store, at: dt.datetime
) -> None:
    sample_id, item_id = see_one(store, at)
    later = at + dt.timedelta(days=1)
    answer(store, item_id, "second", later, SEEN)
    design = read_design(store, sample_id)
    assert design.find_standing(until=at).is_held("level_0_en")
    assert not design.find_standing(until=later).is_held("level_0_en")
    assert not design.find_standing().is_held("level_0_en")


def draw_topics(store: Store, at: dt.datetime) -> str:
    """Forty conversations, half of them about eating, which the first reviewer does not take."""
    one = stratum(2, 20, topics=("distress",))
    other = stratum(2, 20, topics=("eating",))
    both = tuple(
        type(unit)(f"{unit.topics[0]}_{number}", unit.topics, unit.verdict)
        for number, unit in enumerate(one.units + other.units)
    )
    sample_id = draw_week(store, at, type(one)(one.stratum_id, "en", 2, True, both, 40))
    reviews.set_reviewer(store, languages=("en",), topics_not_taken=("eating",), actor="first", at=at)
    return sample_id


def see(name: str) -> Mapping[str, int]:
    return SEEN if name.startswith("eating") else NOTHING


def test_a_topic_that_nobody_takes_holds_its_stratum_until_somebody_has_read_it(
    store: Store, at: dt.datetime
) -> None:
    sample_id = draw_topics(store, at)
    label_all(store, ("first",), at, see)
    held = describe(store, sample_id, at)
    assert (held.labelled_count, held.counted_count) == (20, 0)
    assert held.passed_over_count > 10
    assert count(store, sample_id, at) == [(0, 0)]  # not 0 of 20: every case is among what was passed over

    add_reviewers(store, at, "second")
    label_all(store, ("second",), at, see)
    assert describe(store, sample_id, at).passed_over_count == 0
    assert count(store, sample_id, at) == [(40, 20)]


def test_what_somebody_takes_in_time_holds_nothing_and_neither_does_what_is_not_reached(
    store: Store, at: dt.datetime
) -> None:
    sample_id = draw_week(store, at, stratum(2, 20, topics=("eating",)))
    add_reviewers(store, at, "first")
    opened = take(store, "first", at)
    reviews.pass_on(store, item_id=opened.item_id, reviewer="first", at=at)
    for _ in range(5):
        task = take(store, "first", at)
        reviews.submit_label(store, item_id=task.item_id, answers=NOTHING, reviewer="first", at=at)
    # Passed on is non-response as before; the fourteen that come later were never passed over.
    assert describe(store, sample_id, at).passed_over_count == 0
    assert count(store, sample_id, at) == [(5, 0)]
    assert task.purpose is Purpose.FIRST
