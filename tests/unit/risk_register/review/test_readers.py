"""A team of one is told that nobody else can read what waits, since when, and no more than that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest

from risk_register.account import accounts
from risk_register.account.accounts import Role
from risk_register.database.store import Store
from risk_register.review import reviews
from risk_register.review.results import read_design
from tests.unit.risk_register.review.factory import (
    NOTHING,
    add_reviewers,
    draw_week,
    label_all,
    stratum,
    take,
)

SEEN = {"u_suicidal_ideation": 2}
HELD = "level_0_en"


def let_in(
    store: Store, at: dt.datetime, name: str, *, role: Role = Role.REVIEWER, language: str = "en"
) -> None:
    accounts.create_account(store, name=name, actor="command_line", at=at)
    accounts.grant(store, name=name, role=role, deployment_id="demo", actor="command_line", at=at)
    add_reviewers(store, at, name, languages=(language,))


@pytest.fixture
def alone(store: Store, at: dt.datetime) -> str:
    """A sample that one person has read, who saw somebody at risk where no detector did."""
    sample_id = draw_week(store, at, stratum(0, 400, 20), stratum(2, 10))
    let_in(store, at, "first")
    chosen = next(item for item in read_design(store, sample_id).items if not item.level)
    label_all(store, ("first",), at, lambda name: SEEN if name == chosen.conversation_id else NOTHING)
    return sample_id


def find_waits(store: Store, sample_id: str, at: dt.datetime) -> Mapping[str, reviews.Wait]:
    return reviews.find_waits(store, reviews.read_progress(store, sample_id=sample_id, at=at))


def count_waiting(store: Store, sample_id: str, at: dt.datetime) -> int:
    return reviews.read_progress(store, sample_id=sample_id, at=at).strata[0].waiting_count


def test_of_one_reviewer_alone_every_label_that_waits_is_left_without_a_reader(
    store: Store, at: dt.datetime, alone: str
) -> None:
    (found,) = find_waits(store, alone, at).items()
    assert found == (HELD, reviews.Wait(at, count_waiting(store, alone, at)))
    assert found[1].unreadable_count > 0


def test_another_person_who_reads_the_language_ends_that_and_their_labels_release_it(
    store: Store, at: dt.datetime, alone: str
) -> None:
    let_in(store, at, "second")
    assert find_waits(store, alone, at)[HELD] == reviews.Wait(at, 0)
    take(store, "second", at)
    assert find_waits(store, alone, at)[HELD].unreadable_count == 0
    label_all(store, ("second",), at, lambda _: SEEN)
    assert find_waits(store, alone, at) == {}


def test_what_two_saw_differently_is_left_without_a_reader_until_there_is_a_third(
    store: Store, at: dt.datetime, alone: str
) -> None:
    let_in(store, at, "second")
    label_all(store, ("second",), at, lambda _: NOTHING)
    assert find_waits(store, alone, at) == {HELD: reviews.Wait(at, 1)}
    let_in(store, at, "third")
    assert find_waits(store, alone, at) == {HELD: reviews.Wait(at, 0)}


@pytest.mark.parametrize("kind", ["same person", "other language", "viewer", "disabled", "other deployment"])
def test_nobody_who_could_not_be_served_is_another_reader(
    store: Store, at: dt.datetime, alone: str, kind: str
) -> None:
    language, role = "de" if kind == "other language" else "en", Role.REVIEWER
    let_in(store, at, "second", role=Role.VIEWER if kind == "viewer" else role, language=language)
    if kind == "same person":
        accounts.join_person(store, name="second", same_as="first", actor="command_line", at=at)
    if kind == "disabled":
        accounts.disable_account(store, name="second", actor="command_line", at=at)
    if kind == "other deployment":
        accounts.revoke(store, name="second", role=role, deployment_id="demo", actor="command_line", at=at)
    found = find_waits(store, alone, at)[HELD]
    assert found.unreadable_count == count_waiting(store, alone, at)


def test_where_nothing_waits_nothing_is_said(store: Store, at: dt.datetime) -> None:
    sample_id = draw_week(store, at, stratum(0, 40, 20))
    let_in(store, at, "first")
    label_all(store, ("first",), at, lambda _: NOTHING)
    assert find_waits(store, sample_id, at) == {}
