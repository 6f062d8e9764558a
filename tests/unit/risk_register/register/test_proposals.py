"""Data put a re-rating up, a person decides; an upper bound counts, and too little seen is said."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from risk_register.acceptability import Probability, Severity
from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.errors import (
    ChangedMeanwhileError,
    NotAllowedError,
    SelfApprovalError,
    UnknownRecordError,
)
from risk_register.register import proposals, register
from risk_register.register.proposals import Evidence, ProposalStatus
from risk_register.register.rating_evidence import say_evidence, withhold_figures

RISK = "stigmatising_replies"


def evidence(bound: float, count: int = 1_000_000, **fields: object) -> Evidence:
    given = {"risk_id": RISK, "indicator_id": "stigma_rate_per_1000", "observed_rate": bound / 2,
             "lower_bound": 0.0, "upper_bound": bound, "unit_count": count, "source": "generation 7",
             "quarter_bounds": (bound, bound), **fields}  # fmt: skip
    return Evidence(**given)  # type: ignore[arg-type]


def propose(store: Store, at: dt.datetime, *found: Evidence) -> tuple[int, ...]:
    return proposals.propose_rerating(store, deployment_id="demo", evidence=found, actor="pipelines", at=at)


def only(store: Store) -> proposals.ProposalRecord:
    (found,) = proposals.list_proposals(store, "demo")
    return found


@pytest.mark.parametrize(
    ("bound", "probability"),
    [(1e-3, "frequent"), (9.99e-4, None), (1e-4, None), (9.99e-5, "occasional"), (1e-6, "remote")],
)
def test_the_class_of_the_upper_bound_is_proposed_where_it_is_another(
    store: Store, at: dt.datetime, bound: float, probability: str | None
) -> None:
    """The shipped rating of this risk is S3 and probable: 1e-4 to 1e-3."""
    made = propose(store, at, evidence(bound, count=100_000_000))
    assert [found.probability for found in proposals.list_proposals(store, "demo")] == (
        [probability] if probability else []
    )
    assert len(made) == (1 if probability else 0)


def test_a_proposal_changes_no_rating(store: Store, at: dt.datetime) -> None:
    propose(store, at, evidence(0.01))
    risk = next(risk for risk in register.list_risks(store, "demo") if risk.risk_id == RISK)
    assert (risk.residual, risk.pending, risk.version) == (None, None, 1)
    assert only(store).state is ProposalStatus.OPEN
    assert audit.list_entries(store, limit=1)[0].action == "rerating_proposed"


@pytest.mark.parametrize(("count", "is_limited"), [(2_999, True), (3_000, True), (3_001, False), (0, True)])
def test_too_few_conversations_to_support_the_rated_class_are_said(
    store: Store, at: dt.datetime, count: int, is_limited: bool
) -> None:
    propose(store, at, evidence(0.01, count=count))
    assert only(store).is_exposure_limited is is_limited
    assert ("exposure-limited" in only(store).evidence) is is_limited


@pytest.mark.parametrize(
    ("rate", "lower", "words"),
    [
        (0.0, 0.0, "exposure-limited: none seen, and 200 units cannot show less than frequent"),
        (0.005, 9.9e-4, "exposure-limited: events were seen, at least 0.00099, and 200 units cannot"),
        (0.005, 1e-3, None),
    ],
    ids=["nothing seen", "a lower class is not ruled out", "the lower bound reaches the class"],
)
def test_where_events_reach_the_class_it_is_they_that_speak_and_not_the_few_conversations(
    store: Store, at: dt.datetime, rate: float, lower: float, words: str | None
) -> None:
    """The shipped rating is probable; frequent begins at 1e-3."""
    propose(store, at, evidence(0.02, count=200, observed_rate=rate, lower_bound=lower))
    assert only(store).probability == "frequent"
    assert only(store).is_exposure_limited is (words is not None)
    assert (words or "so frequent; generation 7") in only(store).evidence
    assert ("exposure-limited" in only(store).evidence) is (words is not None)


@pytest.mark.parametrize("bound", [2e-5, 0.05])
@pytest.mark.parametrize(("part", "value"), [("all", "all"), ("age_band", "13-17"), ("language", "pt-BR: x")])
def test_figures_that_stand_behind_an_old_reason_are_withheld(bound: float, part: str, value: str) -> None:
    seen = evidence(bound, count=37, slice=part, slice_value=value, source="conversations of May 2026, a@1")
    rated, limit = Probability.PROBABLE, Probability.FREQUENT
    for words in (
        say_evidence(seen, Probability.FREQUENT, rated, limit),
        say_evidence(seen, Probability.REMOTE, rated, None),
    ):
        told = withhold_figures(f"One case (of two),\nlooked at. ({words})")
        assert told == (
            "One case (of two),\nlooked at. (as data proposed; the figures stay with the proposal)"
        )
    for kept in ("", "Seen twice (2 of 40 in May).", "Seen. (as data proposed, proposal 3)"):
        assert withhold_figures(kept) == kept


def test_of_several_kris_the_worst_counts(store: Store, at: dt.datetime) -> None:
    made = propose(store, at, evidence(5e-4), evidence(0.02, indicator_id="harm_late_share"))
    assert len(made) == 1
    assert (only(store).indicator_id, only(store).upper_bound) == ("harm_late_share", 0.02)


@pytest.mark.parametrize(
    ("quarters", "proposed"),
    [((9e-5, 9e-5), 1), ((1e-4, 9e-5), 0), ((9e-5, 1e-4), 0), ((9e-5,), 0), ((), 0)],
    ids=["two below", "the older not", "the newer not", "one quarter", "none"],
)
def test_a_lower_class_needs_two_quarters_below_the_rated_one(
    store: Store, at: dt.datetime, quarters: tuple[float, ...], proposed: int
) -> None:
    assert len(propose(store, at, evidence(5e-5, quarter_bounds=quarters))) == proposed
    if proposed:
        assert "at most 9e-05 and 9e-05 in the two quarters before" in only(store).evidence


def test_for_a_lower_class_every_kri_must_have_been_low(store: Store, at: dt.datetime) -> None:
    lowest = evidence(5e-5)
    other = evidence(4e-5, indicator_id="harm_late_share", quarter_bounds=(4e-5, 2e-4))
    assert propose(store, at, lowest, other) == ()
    assert propose(store, at, lowest, replace(other, quarter_bounds=())) == ()
    assert len(propose(store, at, lowest)) == 1


def test_a_rating_that_people_made_since_is_not_overwritten_by_an_older_proposal(
    store: Store, at: dt.datetime
) -> None:
    (first,) = propose(store, at, evidence(0.01))
    register.rate_residual(
        store, deployment_id="demo", risk_id=RISK, severity=Severity.S4, probability=Probability.PROBABLE,
        rationale="A grave case.", actor="officer", at=at,
    )  # fmt: skip
    accept = {"deployment_id": "demo", "reason": "Seen.", "actor": "officer", "at": at}
    with pytest.raises(ChangedMeanwhileError, match=r"was changed by officer .* it is S4 probable now"):
        proposals.accept_proposal(store, proposal_id=first, **accept)
    assert only(store).state is ProposalStatus.OPEN
    (second,) = propose(store, at, evidence(0.01))
    assert {found.proposal_id: found.state for found in proposals.list_proposals(store, "demo")} == {
        first: "replaced", second: "open",
    }  # fmt: skip
    assert proposals.accept_proposal(store, proposal_id=second, **accept)
    risk = next(risk for risk in register.list_risks(store, "demo") if risk.risk_id == RISK)
    assert risk.residual is not None
    assert (risk.residual.severity, risk.residual.probability) == (Severity.S4, Probability.FREQUENT)


def test_the_same_is_not_proposed_twice_and_newer_data_replace_it(store: Store, at: dt.datetime) -> None:
    first = propose(store, at, evidence(0.01))
    assert propose(store, at, evidence(0.012)) == ()
    second = propose(store, at, evidence(1e-5))
    assert [(found.proposal_id, found.state) for found in proposals.list_proposals(store, "demo")] == [
        (second[0], "open"),
        (first[0], "replaced"),
    ]
    assert propose(store, at, evidence(5e-4)) == ()
    assert {found.state for found in proposals.list_proposals(store, "demo")} == {"replaced"}


def test_a_higher_rating_holds_when_somebody_accepts_it(store: Store, at: dt.datetime) -> None:
    (number,) = propose(store, at, evidence(0.01))
    assert proposals.accept_proposal(
        store, deployment_id="demo", proposal_id=number, reason="Seen.", actor="safety_officer", at=at
    )
    risk = next(risk for risk in register.list_risks(store, "demo") if risk.risk_id == RISK)
    assert risk.residual is not None
    assert (risk.residual.probability, risk.rated_by) == ("frequent", "safety_officer")
    assert risk.rationale == f"Seen. (as data proposed, proposal {number})"
    assert register.history(store, deployment_id="demo", risk_id=RISK)[-1].reason == risk.rationale
    assert (only(store).state, only(store).decided_by, only(store).reason) == (
        "accepted", "safety_officer", "Seen.",
    )  # fmt: skip


def test_a_lower_rating_waits_for_a_second_person_even_if_data_speak_for_it(
    store: Store, at: dt.datetime
) -> None:
    (number,) = propose(store, at, evidence(1e-6, count=100_000_000))
    assert not proposals.accept_proposal(
        store, deployment_id="demo", proposal_id=number, reason="Shown.", actor="safety_officer", at=at
    )
    with pytest.raises(SelfApprovalError):
        register.approve_rating(store, deployment_id="demo", risk_id=RISK, actor="safety_officer", at=at)
    register.approve_rating(store, deployment_id="demo", risk_id=RISK, actor="compliance", at=at)
    risk = next(risk for risk in register.list_risks(store, "demo") if risk.risk_id == RISK)
    assert risk.residual is not None
    assert risk.residual.probability == "remote"


def decline(store: Store, at: dt.datetime, number: int, reason: str = "Known fault of the detector.") -> None:
    proposals.decline_proposal(
        store, deployment_id="demo", proposal_id=number, reason=reason, actor="safety_officer", at=at
    )


def test_a_declined_class_rests_for_ninety_days(store: Store, at: dt.datetime) -> None:
    (number,) = propose(store, at, evidence(0.01))
    decline(store, at, number)
    days = dt.timedelta(days=90)
    assert propose(store, at + days - dt.timedelta(seconds=1), evidence(0.01)) == ()
    assert len(propose(store, at + days, evidence(0.01))) == 1


def test_a_proposal_is_decided_once_and_with_a_reason(store: Store, at: dt.datetime) -> None:
    (number,) = propose(store, at, evidence(0.01))
    with pytest.raises(NotAllowedError, match="may not be blank"):
        decline(store, at, number, reason=" ")
    decline(store, at, number)
    assert not proposals.can_decide(only(store), to_state=ProposalStatus.ACCEPTED)
    for act in (proposals.decline_proposal, proposals.accept_proposal):
        with pytest.raises(
            NotAllowedError, match="decided by safety_officer, that is declined cannot become"
        ):
            act(store, deployment_id="demo", proposal_id=number, reason="Again.", actor="other", at=at)
        with pytest.raises(UnknownRecordError, match="no proposal 99"):
            act(store, deployment_id="demo", proposal_id=99, reason="Again.", actor="other", at=at)


def test_an_unknown_risk_and_an_impossible_bound_are_refused(store: Store, at: dt.datetime) -> None:
    with pytest.raises(UnknownRecordError, match="no risk no_such_risk"):
        propose(store, at, evidence(0.1, risk_id="no_such_risk"))
    with pytest.raises(ValueError, match="not a probability"):
        propose(store, at, evidence(1.1))
    assert proposals.list_proposals(store, "demo") == ()
