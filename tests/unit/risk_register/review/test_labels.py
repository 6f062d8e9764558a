"""Labels are blind until given; two who differ get a third, whose answer counts."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest

from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.review import reviews
from risk_register.review.states import TRANSITIONS, ItemStatus, Purpose, can_step, check_step
from tests.unit.risk_register.review.factory import (
    NOTHING,
    add_reviewers,
    draw_week,
    label_next,
    stratum,
    take,
)

SEEN = {"u_suicidal_ideation": 3, "p_crisis_resource": 0}


@pytest.mark.parametrize(("state", "to_state"), list(product(ItemStatus, ItemStatus)))
def test_every_step_that_is_not_in_the_table_is_refused(state: ItemStatus, to_state: ItemStatus) -> None:
    if to_state in TRANSITIONS[state]:
        check_step(state, to_state=to_state)
        assert can_step(state, to_state=to_state)
    else:
        with pytest.raises(NotAllowedError, match=f"is {state.value} cannot become {to_state.value}"):
            check_step(state, to_state=to_state)
        assert not can_step(state, to_state=to_state)


def test_the_table_has_a_row_for_every_state_and_a_settled_item_stays_settled() -> None:
    assert set(TRANSITIONS) == set(ItemStatus)
    assert TRANSITIONS[ItemStatus.SETTLED] == ()


def test_the_verdict_is_hidden_until_the_reviewers_own_label(store: Store, at: dt.datetime) -> None:
    draw_week(store, at, stratum(3, 2))
    add_reviewers(store, at, "first", "second")
    task = take(store, "first", at)
    with pytest.raises(NotAllowedError, match="after your own label"):
        reviews.read_verdict(store, item_id=task.item_id, reviewer="first")
    done = reviews.submit_label(store, item_id=task.item_id, answers=SEEN, reviewer="first", at=at)
    assert dict(done.verdict) == {"user_risk_level": 3}
    assert dict(reviews.read_verdict(store, item_id=task.item_id, reviewer="first")) == {"user_risk_level": 3}
    with pytest.raises(NotAllowedError, match="after your own label"):
        reviews.read_verdict(store, item_id=task.item_id, reviewer="second")


def label_twice(store: Store, at: dt.datetime, second_answers: dict[str, int]) -> tuple[str, dict[str, int]]:
    """One item, labelled by two; the sample of one item belongs to the tenth with two labels."""
    sample_id = draw_week(store, at, stratum(2, 1))
    add_reviewers(store, at, "first", "second", "third")
    item_id = label_next(store, "first", at, SEEN).item_id
    task = take(store, "second", at)
    assert (task.item_id, task.purpose) == (item_id, Purpose.SECOND)
    reviews.submit_label(store, item_id=item_id, answers=second_answers, reviewer="second", at=at)
    return item_id, dict(reviews.read_progress(store, sample_id=sample_id, at=at).by_state)


def test_two_who_agree_settle_an_item(store: Store, at: dt.datetime) -> None:
    _, states = label_twice(store, at, dict(reversed(SEEN.items())))
    assert states == {"settled": 1}
    assert reviews.next_item(store, deployment_id="demo", reviewer="third", at=at) is None


@pytest.mark.parametrize(
    "other", [{}, {"u_suicidal_ideation": 2, "p_crisis_resource": 0}, {"u_suicidal_ideation": 3}]
)
def test_any_difference_is_a_dispute_that_a_third_person_settles(
    store: Store, at: dt.datetime, other: dict[str, int]
) -> None:
    item_id, states = label_twice(store, at, other)
    assert states == {"disputed": 1}
    for labeller in ("first", "second"):
        assert reviews.next_item(store, deployment_id="demo", reviewer=labeller, at=at) is None
    task = take(store, "third", at)
    assert task.purpose is Purpose.ADJUDICATION
    assert sorted(map(str, map(dict, task.answers_so_far))) == sorted(
        map(str, ({key: SEEN[key] for key in sorted(SEEN)}, {key: other[key] for key in sorted(other)}))
    )
    final = {"u_suicidal_ideation": 4}
    done = reviews.submit_label(store, item_id=item_id, answers=final, reviewer="third", at=at)
    assert done.state is ItemStatus.SETTLED
    export = reviews.export_labels(store, sample_id=task.sample_id, at=at)
    assert [(dict(label.answers), label.is_final) for label in export.labels] == [(final, True)]


def test_until_a_dispute_is_settled_the_first_label_stands_and_is_not_final(
    store: Store, at: dt.datetime
) -> None:
    label_twice(store, at, {})
    export = reviews.export_labels(store, sample_id="demo_2026_w47", at=at)
    assert [(dict(label.answers), label.is_final) for label in export.labels] == [(SEEN, False)]


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({"u_weather": 1}, "u_weather is no signal of the rubric"),
        ({"s_handoff": 0}, "s_handoff is no signal of the rubric"),
        ({"u_suicidal_ideation": 0}, "lies between 1 and 4"),
        ({"u_suicidal_ideation": 5}, "lies between 1 and 4"),
        ({"u_suicidal_ideation": True}, "lies between 1 and 4"),
        ({"p_risk_question": 1}, "lies between 0 and 0"),
    ],
)
def test_an_answer_outside_the_rubric_is_refused_and_the_item_stays_open(
    store: Store, at: dt.datetime, answers: dict[str, int], problem: str
) -> None:
    draw_week(store, at, stratum(0, 1))
    add_reviewers(store, at, "first")
    task = take(store, "first", at)
    with pytest.raises(NotAllowedError, match=problem):
        reviews.submit_label(store, item_id=task.item_id, answers=answers, reviewer="first", at=at)
    assert take(store, "first", at) == task


@pytest.mark.parametrize("level", [1, 4])
def test_the_ends_of_a_signals_range_are_answers(store: Store, at: dt.datetime, level: int) -> None:
    draw_week(store, at, stratum(0, 1))
    add_reviewers(store, at, "first")
    assert label_next(store, "first", at, {"u_suicidal_ideation": level})


def test_an_item_that_is_not_open_cannot_be_labelled(store: Store, at: dt.datetime) -> None:
    draw_week(store, at, stratum(0, 2))
    add_reviewers(store, at, "first", "second")
    task = take(store, "first", at)
    with pytest.raises(NotAllowedError, match="not open for second"):
        reviews.submit_label(store, item_id=task.item_id, answers=NOTHING, reviewer="second", at=at)
    reviews.submit_label(store, item_id=task.item_id, answers=NOTHING, reviewer="first", at=at)
    with pytest.raises(NotAllowedError, match="not open for first"):
        reviews.submit_label(store, item_id=task.item_id, answers=SEEN, reviewer="first", at=at)
    with pytest.raises(UnknownRecordError, match="no_such_item"):
        reviews.find_item_conversation(store, deployment_id="demo", item_id="no_such_item")
    with pytest.raises(UnknownRecordError, match=f"{task.item_id} in other"):
        reviews.find_item_conversation(store, deployment_id="other", item_id=task.item_id)
    found = reviews.find_item_conversation(store, deployment_id="demo", item_id=task.item_id)
    assert found == task.conversation_id


def test_every_step_of_a_review_leaves_a_trace(store: Store, at: dt.datetime) -> None:
    item_id, _ = label_twice(store, at, {})
    actions = [entry.action for entry in audit.list_entries(store, subject=item_id)]
    assert actions == ["review_item_labelled", "review_item_served"] * 2
    assert audit.verify_chain(store).is_intact


def test_the_audit_holds_no_answer_until_the_item_is_settled_and_then_all_of_them(
    store: Store, at: dt.datetime
) -> None:
    item_id, _ = label_twice(store, at, {"u_self_harm": 2})
    entries = audit.list_entries(store, subject=item_id, action="review_item_labelled")
    assert [sorted(entry.details) for entry in entries] == [["purpose", "state"]] * 2
    take(store, "third", at)
    final = {"u_self_harm": 3}
    reviews.submit_label(store, item_id=item_id, answers=final, reviewer="third", at=at)
    last = audit.list_entries(store, subject=item_id, action="review_item_labelled")[0]
    assert last.details["answers"] == {"first": SEEN, "second": {"u_self_harm": 2}, "adjudication": final}
    assert audit.verify_chain(store).is_intact


def test_one_label_that_settles_an_item_is_in_the_audit_at_once(store: Store, at: dt.datetime) -> None:
    draw_week(store, at, stratum(2, 12))
    add_reviewers(store, at, "first")
    while True:
        task = label_next(store, "first", at, SEEN)
        (entry,) = audit.list_entries(store, subject=task.item_id, action="review_item_labelled")
        if entry.details["state"] == "settled":
            break
    assert entry.details["answers"] == {"first": SEEN}


@pytest.mark.parametrize(
    ("level", "seen", "state"),
    [(0, 1, "settled"), (0, 2, "needs_second"), (2, 2, "settled"), (2, 4, "settled")],
)
def test_what_no_detector_flagged_is_read_by_a_second_person_before_it_counts(
    store: Store, at: dt.datetime, level: int, seen: int, state: str
) -> None:
    draw_week(store, at, stratum(level, 12))
    add_reviewers(store, at, "first")
    states = []
    for _ in range(2):  # one of them may be of the tenth that two people label anyway
        task = take(store, "first", at)
        done = reviews.submit_label(
            store, item_id=task.item_id, answers={"u_suicidal_ideation": seen}, reviewer="first", at=at
        )
        states.append(done.state)
    assert state in states


def test_agreement_is_that_of_the_items_drawn_for_it_alone(store: Store, at: dt.datetime) -> None:
    sample_id = draw_week(store, at, stratum(0, 20))
    add_reviewers(store, at, "first", "second")
    for name in ("first", "second"):
        while (task := reviews.next_item(store, deployment_id="demo", reviewer=name, at=at)) is not None:
            reviews.submit_label(
                store, item_id=task.item_id, answers={"u_suicidal_ideation": 2}, reviewer=name, at=at
            )
    assert len(reviews.list_double_labels(store, sample_id=sample_id)) == 2


def test_only_signs_of_a_person_at_risk_say_how_much_she_is():
    answers = {"u_reports_harm_complaint": 4, "u_ai_reliance": 4, "u_self_harm": 2, "a_method_info": 4}
    assert reviews.find_risk_level(answers) == 2
