"""A risk is moved, owned and explained by people, and accepted or closed by a second one."""

from __future__ import annotations

import datetime as dt

import pytest

from risk_register.acceptability import Acceptability
from risk_register.account import accounts
from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.definition import Rating
from risk_register.errors import NotAllowedError, SelfApprovalError, UnknownRecordError
from risk_register.register import register
from risk_register.register.register import RiskRecord, RiskStatus

RISK = "missed_escalation_of_risk"  # inherent S5 frequent
HIGHEST = {"severity": "S5", "probability": "frequent"}


def find(store: Store, risk_id: str = RISK) -> RiskRecord:
    return next(risk for risk in register.list_risks(store, "demo") if risk.risk_id == risk_id)


def rate(store: Store, at: dt.datetime, *, actor: str = "safety_officer", **rating: str) -> bool:
    chosen = {**HIGHEST, **rating}
    return register.rate_residual(
        store, deployment_id="demo", risk_id=RISK, rationale="Judged on tests.", actor=actor, at=at, **chosen
    )


def walk(store: Store, at: dt.datetime, *steps: str, actor: str = "safety_officer") -> None:
    for step in steps:
        register.move(
            store, deployment_id="demo", risk_id=RISK, to_state=step, reason="As planned.", actor=actor, at=at
        )


def test_a_new_deployment_has_every_risk_in_draft_and_a_month_to_look_at_it(store: Store) -> None:
    risks = register.list_risks(store, "demo")
    assert [risk.reference for risk in risks] == [f"R-{n:02d}" for n in range(1, 19)]
    assert {risk.state for risk in risks} == {RiskStatus.DRAFT}
    assert {risk.review_due_on for risk in risks} == {dt.date(2026, 12, 1)}
    assert not risks[0].is_overdue(dt.date(2026, 12, 1))
    assert risks[0].is_overdue(dt.date(2026, 12, 2))


def test_without_a_residual_rating_the_inherent_one_decides(store: Store) -> None:
    risk = find(store)
    assert risk.residual is None
    assert risk.acceptability is Acceptability.UNACCEPTABLE


def test_registering_a_deployment_again_changes_nothing(store: Store, at: dt.datetime) -> None:
    rate(store, at)
    before = (register.list_risks(store, "demo"), audit.list_entries(store))
    register.ensure_deployment(store, deployment_id="demo", title="Demo", actor="command_line", at=at)
    assert (register.list_risks(store, "demo"), audit.list_entries(store)) == before


def test_a_new_title_is_kept_and_audited(store: Store, at: dt.datetime) -> None:
    register.ensure_deployment(store, deployment_id="demo", title="Companion", actor="command_line", at=at)
    assert [deployment.title for deployment in register.list_deployments(store)] == ["Companion"]
    assert len(audit.list_entries(store, action="deployment_registered")) == 2


def test_one_deployment_does_not_see_the_decisions_of_another(store: Store, at: dt.datetime) -> None:
    register.ensure_deployment(store, deployment_id="other", title="Other", actor="command_line", at=at)
    rate(store, at)
    assert find(store).residual is not None
    assert all(risk.residual is None for risk in register.list_risks(store, "other"))
    assert register.list_risks(store, "unknown") == ()


def test_a_rating_that_is_not_lower_holds_at_once(store: Store, at: dt.datetime) -> None:
    assert rate(store, at) is True
    risk = find(store)
    assert risk.residual == Rating.model_validate(HIGHEST)
    assert risk.rated_by == "safety_officer"
    assert risk.review_due_on == at.date() + dt.timedelta(days=30)


@pytest.mark.parametrize("lower", [{"severity": "S4"}, {"probability": "probable"}])
def test_a_lower_rating_waits_for_a_second_person(
    store: Store, at: dt.datetime, lower: dict[str, str]
) -> None:
    assert rate(store, at, **lower) is False
    risk = find(store)
    assert risk.residual is None
    assert risk.pending is not None
    assert risk.pending.proposed_by == "safety_officer"
    register.approve_rating(store, deployment_id="demo", risk_id=RISK, actor="compliance", at=at)
    approved = find(store)
    assert approved.pending is None
    assert approved.residual == Rating.model_validate({**HIGHEST, **lower})
    assert approved.rated_by == "safety_officer"


def test_a_lower_severity_with_a_higher_probability_is_still_lower(store: Store, at: dt.datetime) -> None:
    rate(store, at, severity="S5", probability="frequent")
    assert rate(store, at, severity="S4", probability="frequent") is False


def test_a_rating_can_be_raised_again_by_one_person_and_that_drops_the_waiting_one(
    store: Store, at: dt.datetime
) -> None:
    rate(store, at, severity="S4")
    assert rate(store, at) is True
    assert find(store).pending is None
    changes = register.history(store, deployment_id="demo", risk_id=RISK)
    assert [(one.before, one.after) for one in changes if one.field == "pending_rating"] == [
        (None, "S4 frequent"),
        ("S4 frequent", None),
    ]


def test_the_person_who_rated_lower_cannot_approve_it(store: Store, at: dt.datetime) -> None:
    rate(store, at, severity="S4")
    with pytest.raises(SelfApprovalError, match="another person"):
        register.approve_rating(store, deployment_id="demo", risk_id=RISK, actor="safety_officer", at=at)
    assert find(store).residual is None


def test_approving_when_nothing_waits_is_refused(store: Store, at: dt.datetime) -> None:
    with pytest.raises(NotAllowedError, match="waits for approval"):
        register.approve_rating(store, deployment_id="demo", risk_id=RISK, actor="compliance", at=at)


def test_accepting_needs_somebody_who_neither_rated_nor_moved_the_risk(store: Store, at: dt.datetime) -> None:
    rate(store, at, actor="compliance")
    walk(store, at, "assessed")
    for actor in ("compliance", "safety_officer"):
        with pytest.raises(SelfApprovalError):
            walk(store, at, "accepted", actor=actor)
    walk(store, at, "accepted", actor="safety_board")
    accepted = find(store)
    assert accepted.state is RiskStatus.ACCEPTED
    assert accepted.review_due_on == at.date() + dt.timedelta(days=180)


def test_closing_needs_a_second_person_and_ends_the_reviews(store: Store, at: dt.datetime) -> None:
    rate(store, at)
    walk(store, at, "assessed", "treatment_planned", "controls_in_place", "monitoring")
    with pytest.raises(SelfApprovalError):
        walk(store, at, "closed")
    walk(store, at, "closed", actor="compliance")
    assert find(store).review_due_on is None
    walk(store, at, "assessed")
    assert find(store).review_due_on == at.date() + dt.timedelta(days=30)


@pytest.mark.parametrize(
    ("steps", "ended"),
    [
        (("assessed",), "accepted"),
        (("assessed", "treatment_planned", "controls_in_place", "monitoring"), "closed"),
    ],
)
def test_a_higher_rating_ends_an_acceptance_and_opens_a_closed_risk(
    store: Store, at: dt.datetime, steps: tuple[str, ...], ended: str
) -> None:
    rate(store, at, severity="S2", probability="improbable", actor="compliance")
    register.approve_rating(store, deployment_id="demo", risk_id=RISK, actor="safety_officer", at=at)
    walk(store, at, *steps)
    walk(store, at, ended, actor="safety_board")
    rate(store, at, severity="S2", probability="improbable", actor="compliance")
    assert find(store).state is RiskStatus(ended)
    rate(store, at, severity="S3", probability="improbable", actor="compliance")
    risk = find(store)
    assert (risk.state, risk.accepted_until) == (RiskStatus.ASSESSED, None)
    assert risk.review_due_on is not None
    with pytest.raises(SelfApprovalError):
        walk(store, at, "accepted", actor="compliance")


def test_what_check_move_raises_can_move_denies(store: Store, at: dt.datetime) -> None:
    rate(store, at)
    walk(store, at, "assessed")
    risk = find(store)
    assert register.can_move(risk, to_state=RiskStatus.ACCEPTED, actor="compliance")
    assert not register.can_move(risk, to_state=RiskStatus.ACCEPTED, actor="safety_officer")
    assert not register.can_move(risk, to_state=RiskStatus.CLOSED, actor="compliance")


def test_an_unrated_risk_is_not_accepted(store: Store, at: dt.datetime) -> None:
    walk(store, at, "assessed")
    with pytest.raises(NotAllowedError, match="rating"):
        walk(store, at, "accepted", actor="compliance")


def test_a_step_outside_the_table_leaves_no_trace(store: Store, at: dt.datetime) -> None:
    entries = audit.list_entries(store)
    with pytest.raises(NotAllowedError):
        walk(store, at, "closed", actor="compliance")
    assert find(store).state is RiskStatus.DRAFT
    assert audit.list_entries(store) == entries


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_move_without_a_reason_is_refused(store: Store, at: dt.datetime, reason: str) -> None:
    with pytest.raises(NotAllowedError, match="blank"):
        register.move(
            store, deployment_id="demo", risk_id=RISK, to_state="assessed", reason=reason, actor="a", at=at
        )


def test_a_decision_on_an_old_version_is_refused(store: Store, at: dt.datetime) -> None:
    seen = find(store).version
    walk(store, at, "assessed")
    with pytest.raises(NotAllowedError, match=r"was changed by safety_officer at .*review and try again"):
        register.move(
            store,
            deployment_id="demo",
            risk_id=RISK,
            to_state="escalated",
            reason="Late.",
            actor="compliance",
            at=at,
            expected_version=seen,
        )


def test_an_unknown_risk_is_named(store: Store, at: dt.datetime) -> None:
    with pytest.raises(UnknownRecordError, match="no risk no_such_risk"):
        register.assign_owner(
            store, deployment_id="demo", risk_id="no_such_risk", owner="o", reason="", actor="a", at=at
        )


def test_history_tells_every_change_with_who_and_why(store: Store, at: dt.datetime) -> None:
    register.assign_owner(
        store, deployment_id="demo", risk_id=RISK, owner="clinical safety", reason="New.", actor="lead", at=at
    )
    rate(store, at, severity="S4")
    register.approve_rating(store, deployment_id="demo", risk_id=RISK, actor="compliance", at=at)
    walk(store, at, "assessed")
    told = [
        (change.field, change.before, change.after, change.actor)
        for change in register.history(store, deployment_id="demo", risk_id=RISK)
    ]
    assert told == [
        ("owner", None, "clinical safety", "lead"),
        ("pending_rating", None, "S4 frequent", "safety_officer"),
        ("residual", None, "S4 frequent", "compliance"),
        ("state", "draft", "assessed", "safety_officer"),
    ]
    assert find(store).version == 5
    assert find(store).owner == "clinical safety"


@pytest.mark.parametrize(
    ("days", "is_taken"),
    [(0, False), (1, True), (register.ACCEPTANCE_DAYS, True), (register.ACCEPTANCE_DAYS + 1, False)],
)
def test_an_acceptance_ends_after_today_and_within_half_a_year(
    store: Store, at: dt.datetime, days: int, is_taken: bool
) -> None:
    rate(store, at)
    walk(store, at, "assessed")
    last = at.date() + dt.timedelta(days=days)

    def accept() -> None:
        register.move(
            store, deployment_id="demo", risk_id=RISK, to_state=RiskStatus.ACCEPTED, reason="Small.",
            actor="compliance", at=at, accepted_until=last,
        )  # fmt: skip

    if not is_taken:
        with pytest.raises(NotAllowedError, match="An acceptance holds until a day after"):
            accept()
        return
    accept()
    assert (find(store).accepted_until, find(store).review_due_on) == (last, last)


def test_whoever_moved_a_risk_does_not_accept_it_under_another_account(store: Store, at: dt.datetime) -> None:
    for name in ("moved", "same_person"):
        accounts.create_account(store, name=name, actor="administrator", at=at)
    accounts.join_person(store, name="same_person", same_as="moved", actor="administrator", at=at)
    rate(store, at)
    walk(store, at, "assessed", actor="moved")
    with pytest.raises(SelfApprovalError, match="belong to one person"):
        walk(store, at, "accepted", actor="same_person")
