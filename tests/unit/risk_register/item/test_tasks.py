"""Data open a task beside an answer and never touch the answer; waivers and cadence decide when it is due."""

from __future__ import annotations

import datetime as dt

import pytest

from risk_register.content import load_checklist
from risk_register.database.store import Store
from risk_register.errors import ChangedMeanwhileError, NotAllowedError, UnknownRecordError
from risk_register.item import checklist
from risk_register.item import tasks as item_tasks
from risk_register.item.checklist import ItemRecord, ItemStatus, find_cadence_days

ITEM = "crisis_testing_passed"
BREACHED = {"missed_escalation_rate": "breach"}
HALF_A_YEAR = dt.timedelta(days=180)


def attest(store: Store, at: dt.datetime, item_id: str = ITEM, days: int = 365) -> None:
    checklist.attest(
        store, deployment_id="demo", item_id=item_id, state=ItemStatus.MET, evidence="scores.pdf", note="",
        actor="compliance", at=at, expires_on=at.date() + dt.timedelta(days=days), for_version="model-7",
    )  # fmt: skip


def items(store: Store, on: dt.date) -> dict[str, ItemRecord]:
    return {item.item_id: item for item in checklist.list_items(store, "demo", as_of=on)}


def look(store: Store, at: dt.datetime, statuses: dict[str, str] = BREACHED) -> tuple[int, ...]:
    found = checklist.list_items(store, "demo", as_of=at.date())
    return item_tasks.open_tasks(
        store, deployment_id="demo", items=found, statuses=statuses, actor="pipelines", at=at
    )


def test_a_breach_opens_one_task_and_leaves_the_answer_as_it_is(store: Store, at: dt.datetime) -> None:
    attest(store, at)
    before = items(store, at.date())[ITEM]
    assert len(look(store, at)) == 1
    assert look(store, at + dt.timedelta(days=1)) == ()
    assert items(store, at.date())[ITEM] == before
    task = item_tasks.list_tasks(store, "demo")[0]
    assert (task.item_id, task.indicator_ids, task.is_open) == (ITEM, ("missed_escalation_rate",), True)


@pytest.mark.parametrize("status", ["watch", "within", "insufficient_data", "no_appetite_set"])
def test_nothing_but_a_breach_opens_a_task(store: Store, at: dt.datetime, status: str) -> None:
    attest(store, at)
    assert look(store, at, {"missed_escalation_rate": status}) == ()


def test_an_answer_that_claims_nothing_cannot_be_contradicted(store: Store, at: dt.datetime) -> None:
    assert look(store, at) == ()


def test_a_closed_task_comes_back_for_a_new_answer_and_not_for_the_old_one(
    store: Store, at: dt.datetime
) -> None:
    attest(store, at)
    (task,) = look(store, at)
    close = {"deployment_id": "demo", "task_id": task, "actor": "officer", "at": at}
    item_tasks.close_task(store, outcome="Known; the release of Monday mends it.", **close)
    assert look(store, at) == ()
    attest(store, at + dt.timedelta(days=1))
    assert len(look(store, at + dt.timedelta(days=2))) == 1
    with pytest.raises(ChangedMeanwhileError, match="closed by officer at 2026-11-23 09:00 UTC; review"):
        item_tasks.close_task(store, outcome="Again.", **close)


@pytest.mark.parametrize(
    ("meanwhile", "count"),
    [("within", 1), ("watch", 1), ("breach", 0), ("insufficient_data", 0), (None, 0)],
)
def test_what_eased_and_speaks_against_the_same_answer_again_is_looked_at_again(
    store: Store, at: dt.datetime, meanwhile: str | None, count: int
) -> None:
    attest(store, at)
    (task,) = look(store, at)
    item_tasks.close_task(
        store, deployment_id="demo", task_id=task, outcome="Mended.", actor="officer", at=at
    )
    look(
        store, at + dt.timedelta(days=30), {} if meanwhile is None else {"missed_escalation_rate": meanwhile}
    )
    assert len(look(store, at + dt.timedelta(days=150))) == count


def test_an_open_task_stays_open_when_data_ease(store: Store, at: dt.datetime) -> None:
    attest(store, at)
    look(store, at)
    look(store, at, {"missed_escalation_rate": "within"})
    assert look(store, at) == ()
    assert [one.is_open for one in item_tasks.list_tasks(store, "demo")] == [True]


def test_a_task_is_closed_with_an_outcome_and_where_it_belongs(store: Store, at: dt.datetime) -> None:
    attest(store, at)
    (task,) = look(store, at)
    with pytest.raises(NotAllowedError, match="outcome"):
        item_tasks.close_task(store, deployment_id="demo", task_id=task, outcome=" ", actor="a", at=at)
    with pytest.raises(UnknownRecordError):
        item_tasks.close_task(store, deployment_id="other", task_id=task, outcome="Seen.", actor="a", at=at)


@pytest.mark.parametrize(
    ("cadence", "days"),
    [
        ("every month", 30), ("every 3 months", 92), ("every 12 months", 366), ("per release", None),
        ("per event, tested every 3 months", 92), ("as each law says", None),
    ],
)  # fmt: skip
def test_a_cadence_in_words_is_a_number_of_days_where_it_has_one(cadence: str, days: int | None) -> None:
    assert find_cadence_days(cadence) == days


def test_every_shipped_cadence_is_a_period_or_a_known_occasion() -> None:
    occasions = {"per release", "per model", "as each law says"}
    unknown = [item.cadence for item in load_checklist() if find_cadence_days(item.cadence) is None]
    assert set(unknown) <= occasions


def test_an_answer_is_due_again_by_its_cadence_if_that_is_before_its_expiry(
    store: Store, at: dt.datetime
) -> None:
    monthly = next(item.id for item in load_checklist() if item.cadence == "every month")
    attest(store, at, item_id=monthly)
    again = items(store, at.date())[monthly].again_on
    assert again == at.date() + dt.timedelta(days=30)
    assert not items(store, again)[monthly].is_overdue
    assert items(store, again + dt.timedelta(days=1))[monthly].is_overdue


def test_a_waiver_holds_until_its_day_once_a_second_person_said_so(store: Store, at: dt.datetime) -> None:
    until, due = at.date() + HALF_A_YEAR, items(store, at.date())[ITEM].due_on
    given = {"deployment_id": "demo", "item_id": ITEM, "at": at}
    checklist.propose_waiver(store, reason="Testing is booked.", until=until, actor="officer", **given)
    late = due + dt.timedelta(days=1)
    assert items(store, late)[ITEM].is_overdue
    checklist.approve_waiver(store, actor="compliance", **given)
    waived = items(store, until)[ITEM]
    assert (waived.is_overdue, waived.state) == (False, ItemStatus.NOT_STARTED)
    assert waived.waiver is not None
    assert (waived.waiver.proposed_by, waived.waiver.approved_by) == ("officer", "compliance")
    assert items(store, until + dt.timedelta(days=1))[ITEM].is_overdue


@pytest.mark.parametrize("days", [0, 181])
def test_a_waiver_lasts_half_a_year_at_most(store: Store, at: dt.datetime, days: int) -> None:
    with pytest.raises(NotAllowedError, match="a waiver needs"):
        checklist.propose_waiver(
            store, deployment_id="demo", item_id=ITEM, reason="x", until=at.date() + dt.timedelta(days=days),
            actor="officer", at=at,
        )  # fmt: skip


def test_what_waits_can_be_declined_and_then_nothing_waits(store: Store, at: dt.datetime) -> None:
    given = {"deployment_id": "demo", "item_id": ITEM, "at": at}
    checklist.propose_waiver(store, reason="Later.", until=at.date() + HALF_A_YEAR, actor="officer", **given)
    checklist.decline_pending(store, reason="It has to be now.", actor="compliance", **given)
    assert items(store, at.date())[ITEM].pending is None
    with pytest.raises(NotAllowedError, match="Nobody has asked"):
        checklist.approve_waiver(store, actor="compliance", **given)
