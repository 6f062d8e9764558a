"""An appetite is proposed by one person, approved by another, and the latest one in force wins."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from risk_register.database.store import Store
from risk_register.deployment import appetites
from risk_register.errors import (
    ChangedMeanwhileError,
    NotAllowedError,
    SelfApprovalError,
    UnknownRecordError,
)

INDICATOR = "missed_escalation_rate"


def propose(store: Store, at: dt.datetime, **fields: Any) -> int:
    given = {
        "deployment_id": "demo",
        "side": "above",
        "watch": 0.02,
        "breach": 0.05,
        "reason": "Agreed by the safety board.",
        "effective_from": dt.date(2026, 12, 1),
        "actor": "safety_officer",
        **fields,
    }
    return appetites.propose(store, indicator_id=INDICATOR, at=at, **given)


def find_version(store: Store, on: dt.date) -> int | None:
    decisions = appetites.list_decisions(store, "demo")
    found = appetites.in_force(decisions, indicator_id=INDICATOR, on=on)
    return found.version if found else None


def test_a_proposal_holds_nothing_until_another_person_approves_it(store: Store, at: dt.datetime) -> None:
    proposal = propose(store, at)
    assert find_version(store, dt.date(2026, 12, 1)) is None
    appetites.approve(store, deployment_id="demo", proposal_id=proposal, actor="compliance", at=at)
    assert find_version(store, dt.date(2026, 12, 1)) == 1
    decision = appetites.list_decisions(store, "demo")[0]
    assert (decision.proposed_by, decision.approved_by) == ("safety_officer", "compliance")


def test_the_proposer_cannot_approve(store: Store, at: dt.datetime) -> None:
    proposal = propose(store, at)
    with pytest.raises(SelfApprovalError):
        appetites.approve(store, deployment_id="demo", proposal_id=proposal, actor="safety_officer", at=at)
    assert not appetites.list_decisions(store, "demo")[0].is_approved


def test_an_approval_is_given_once(store: Store, at: dt.datetime) -> None:
    proposal = propose(store, at)
    appetites.approve(store, deployment_id="demo", proposal_id=proposal, actor="compliance", at=at)
    with pytest.raises(NotAllowedError, match=r"was approved by compliance at .*review and try again"):
        appetites.approve(store, deployment_id="demo", proposal_id=proposal, actor="safety_board", at=at)


def test_what_was_decided_is_not_declined_afterwards(store: Store, at: dt.datetime) -> None:
    proposal = propose(store, at)
    given = {"deployment_id": "demo", "proposal_id": proposal, "at": at}
    appetites.approve(store, actor="compliance", **given)
    with pytest.raises(ChangedMeanwhileError, match="was approved by compliance"):
        appetites.decline(store, actor="safety_officer", reason="Too strict.", **given)
    (kept,) = appetites.list_decisions(store, "demo")
    assert (kept.approved_by, kept.declined_by) == ("compliance", None)


def test_an_appetite_holds_from_its_day_on_and_not_before(store: Store, at: dt.datetime) -> None:
    appetites.approve(store, deployment_id="demo", proposal_id=propose(store, at), actor="compliance", at=at)
    assert find_version(store, dt.date(2026, 11, 30)) is None
    assert find_version(store, dt.date(2026, 12, 1)) == 1


def test_the_latest_day_wins_and_on_the_same_day_the_latest_version(store: Store, at: dt.datetime) -> None:
    for day in (dt.date(2026, 12, 1), dt.date(2027, 2, 1), dt.date(2027, 1, 1), dt.date(2027, 1, 1)):
        proposal = propose(store, at, effective_from=day)
        appetites.approve(store, deployment_id="demo", proposal_id=proposal, actor="compliance", at=at)
    assert find_version(store, dt.date(2026, 12, 31)) == 1
    assert find_version(store, dt.date(2027, 1, 1)) == 4
    assert find_version(store, dt.date(2027, 2, 1)) == 2


def test_an_appetite_of_one_indicator_or_deployment_is_not_that_of_another(
    store: Store, at: dt.datetime
) -> None:
    appetites.approve(store, deployment_id="demo", proposal_id=propose(store, at), actor="compliance", at=at)
    decisions = appetites.list_decisions(store, "demo")
    assert appetites.in_force(decisions, indicator_id="refusal_rate", on=dt.date(2027, 1, 1)) is None
    assert appetites.list_decisions(store, "other") == ()


@pytest.mark.parametrize(
    ("side", "watch", "breach"),
    [
        ("above", 0.06, 0.05),
        ("below", 0.90, 0.95),
        ("above", float("nan"), 0.05),
        ("above", 0.1, float("inf")),
    ],
)
def test_limits_in_the_wrong_order_are_refused(
    store: Store, at: dt.datetime, side: str, watch: float, breach: float
) -> None:
    with pytest.raises(NotAllowedError):
        propose(store, at, side=side, watch=watch, breach=breach)
    assert appetites.list_decisions(store, "demo") == ()


@pytest.mark.parametrize(("side", "watch", "breach"), [("above", 0.05, 0.05), ("below", 0.99, 0.95)])
def test_limits_in_the_right_order_are_taken(
    store: Store, at: dt.datetime, side: str, watch: float, breach: float
) -> None:
    assert propose(store, at, side=side, watch=watch, breach=breach) == 1


def test_an_appetite_needs_a_reason_and_a_known_deployment(store: Store, at: dt.datetime) -> None:
    with pytest.raises(NotAllowedError, match="reason"):
        propose(store, at, reason=" ")
    with pytest.raises(UnknownRecordError, match="unknown_product"):
        propose(store, at, deployment_id="unknown_product")
    with pytest.raises(UnknownRecordError, match="proposal 7"):
        appetites.approve(store, deployment_id="demo", proposal_id=7, actor="compliance", at=at)


def test_the_first_limits_may_reach_back_and_later_ones_never(store: Store, at: dt.datetime) -> None:
    first = propose(store, at, effective_from=at.date() - dt.timedelta(days=90))
    appetites.approve(store, deployment_id="demo", proposal_id=first, actor="compliance", at=at)
    yesterday = at.date() - dt.timedelta(days=1)
    assert find_version(store, yesterday) == 1
    with pytest.raises(NotAllowedError, match="were judged by them"):
        propose(store, at, watch=0.5, breach=0.9, effective_from=yesterday)
    waiting = propose(store, at, watch=0.5, breach=0.9, effective_from=at.date())
    later = at + dt.timedelta(days=3)
    appetites.approve(store, deployment_id="demo", proposal_id=waiting, actor="compliance", at=later)
    assert find_version(store, later.date() - dt.timedelta(days=1)) == 1
    assert find_version(store, later.date()) == 2
