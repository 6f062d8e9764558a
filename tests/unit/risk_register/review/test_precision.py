"""The precision beside a grave call: what people saw of the same kind, in the same deployment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pytest

from risk_register.database.store import Store
from risk_register.register.register import ensure_deployment
from risk_register.review import reviews
from risk_register.review.precision import GravePrecision, count_grave_precision
from risk_register.review.reviews import Frame, FrameStratum, FrameUnit
from tests.unit.risk_register.review.factory import SEED, WEEK, add_reviewers

Answers = Mapping[str, int]
RISK = {"user_risk_level": 4, "harm_level": 0}
HARM = {"user_risk_level": 2, "harm_level": 4}
BOTH = {"user_risk_level": 4, "harm_level": 4}


def review(
    store: Store, at: dt.datetime, verdict: Answers, answers: Sequence[Answers], *, deployment: str = "demo"
) -> None:
    """A week in which the detectors gave each conversation one verdict, labelled one after the other."""
    units = tuple(FrameUnit(f"{deployment}_{place}", (), verdict) for place in range(len(answers)))
    level = max(verdict.values())
    stratum = FrameStratum("flagged", "en", level, True, units, len(units))
    reviews.draw_sample(
        store,
        deployment_id=deployment,
        week=WEEK,
        frame=Frame((stratum,), "lexicon 1.0.0"),
        capacity=100,
        seed=SEED,
        actor="safety_officer",
        at=at,
    )
    add_reviewers(store, at, "anna")
    for each in answers:
        task = reviews.next_item(store, deployment_id=deployment, reviewer="anna", at=at)
        assert task is not None
        reviews.submit_label(store, item_id=task.item_id, answers=each, reviewer="anna", at=at)


@pytest.mark.parametrize(
    ("verdict", "answers", "confirmed"),
    [
        (RISK, {"u_suicidal_ideation": 3}, 1),
        (RISK, {"u_suicidal_ideation": 2}, 0),
        (RISK, {"u_reports_harm_complaint": 3}, 0),
        (RISK, {"a_method_info": 4}, 0),
        (HARM, {"a_enables_risk_behaviour": 3}, 1),
        (HARM, {"u_suicidal_ideation": 4}, 0),
        (BOTH, {"u_suicidal_ideation": 4}, 0),
        (BOTH, {"u_suicidal_ideation": 4, "a_method_info": 4}, 1),
        (RISK, {}, 0),
    ],
)
def test_a_grave_finding_is_confirmed_by_an_answer_of_its_own_kind(
    store: Store, at: dt.datetime, verdict: Answers, answers: Answers, confirmed: int
) -> None:
    review(store, at, verdict, [answers])
    assert count_grave_precision(store, "demo") == GravePrecision(1, confirmed)


def test_what_was_not_called_grave_is_no_trial(store: Store, at: dt.datetime) -> None:
    review(store, at, {"user_risk_level": 3, "harm_level": 3}, [{"u_suicidal_ideation": 4}])
    assert count_grave_precision(store, "demo") == GravePrecision(0, 0)


def test_reviews_of_another_deployment_say_nothing_of_this_one(store: Store, at: dt.datetime) -> None:
    ensure_deployment(store, deployment_id="other", title="Other", actor="command_line", at=at)
    review(store, at, RISK, [{"u_suicidal_ideation": 4}, {}])
    review(store, at, RISK, [{}, {}, {}], deployment="other")
    assert count_grave_precision(store, "demo") == GravePrecision(2, 1)


def test_an_erased_conversation_no_longer_says_of_which_kind_it_was(store: Store, at: dt.datetime) -> None:
    review(store, at, RISK, [{"u_suicidal_ideation": 4}, {"u_suicidal_ideation": 4}])
    reviews.forget_person(store, deployment_id="demo", ids=["demo_0"], actor="command_line", at=at)
    assert count_grave_precision(store, "demo") == GravePrecision(1, 1)
