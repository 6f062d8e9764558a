"""A report leaves past two people, whole, and on texts that somebody has read in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import update

from risk_register.content import load_regimes
from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.database.tables.report import ReportSubmission
from risk_register.deployment import applicability
from risk_register.errors import ChangedMeanwhileError, NotAllowedError, SelfApprovalError
from risk_register.report import issuing as report_issuing
from risk_register.report import submissions as report_submissions
from risk_register.report.editions import Drawn, Edition
from risk_register.report.submissions import BuiltOnce, ReportStatus

BUILT = BuiltOnce("demo", "monthly_safety_review", "2026-10", "a" * 64)
AGAIN = replace(BUILT, manifest_hash="b" * 64)
REGIME = "us_ca_companion_chatbots"
RETURN = "state_annual_crisis_referral_return"


@contextmanager
def draw(_deployment: str, _report: str, _period: str, edition: Edition) -> Iterator[Drawn]:
    """Stands for the files of an edition: each has a manifest of its own."""
    yield Drawn(f"{edition.number}" * 64, lambda: None)


def find(store: Store) -> report_submissions.SubmissionRecord:
    return report_submissions.list_submissions(store, "demo")[0]


def approved(store: Store, at: dt.datetime, built: BuiltOnce = BUILT) -> None:
    report_submissions.submit(store, built, actor="officer", at=at)
    report_submissions.approve(store, built, actor="compliance", at=at)


def sign(store: Store, at: dt.datetime, *, is_applicable: bool = True) -> None:
    applicability.sign(
        store, deployment_id="demo", regime_id=REGIME, is_applicable=is_applicable, reason="Users there.",
        actor="compliance", at=at,
    )  # fmt: skip


def test_a_report_goes_from_hand_to_hand_and_leaves_a_trace(store: Store, at: dt.datetime) -> None:
    approved(store, at)
    report_issuing.issue(store, BUILT, problems=[], draw=draw, actor="officer", at=at)
    report_submissions.file(store, BUILT, reference="R-2026/7", actor="compliance", at=at)
    found = find(store)
    assert (found.state, found.reference, found.approved_by) == ("filed", "R-2026/7", "compliance")
    done = [entry.action for entry in audit.list_entries(store, subject="monthly_safety_review:2026-10")]
    assert done == ["report_filed", "report_issued", "report_approved", "report_submitted"]


def test_nobody_approves_the_report_that_they_submitted(store: Store, at: dt.datetime) -> None:
    report_submissions.submit(store, BUILT, actor="officer", at=at)
    with pytest.raises(SelfApprovalError, match="another person must approve it"):
        report_submissions.approve(store, BUILT, actor="officer", at=at)
    assert find(store).state is ReportStatus.SUBMITTED


def test_what_was_built_again_is_another_report(store: Store, at: dt.datetime) -> None:
    report_submissions.submit(store, BUILT, actor="officer", at=at)
    with pytest.raises(ChangedMeanwhileError, match="was built again"):
        report_submissions.approve(store, AGAIN, actor="compliance", at=at)
    report_submissions.approve(store, BUILT, actor="compliance", at=at)
    with pytest.raises(ChangedMeanwhileError, match="was built again"):
        report_issuing.issue(store, AGAIN, problems=[], draw=draw, actor="compliance", at=at)
    report_submissions.decline(store, AGAIN, reason="Late records.", actor="officer", at=at)
    approved(store, at, AGAIN)
    report_issuing.issue(store, AGAIN, problems=[], draw=draw, actor="compliance", at=at)
    assert [one.state for one in report_submissions.list_submissions(store, "demo")] == ["issued", "declined"]


def test_a_report_that_is_not_whole_is_not_issued(store: Store, at: dt.datetime) -> None:
    approved(store, at)
    with pytest.raises(NotAllowedError, match="not whole: The PDF is missing"):
        report_issuing.issue(
            store, BUILT, problems=["The PDF is missing."], draw=draw, actor="officer", at=at
        )


def test_what_was_issued_before_there_were_editions_is_not_built_again(store: Store, at: dt.datetime) -> None:
    which = {"deployment_id": "demo", "report": BUILT.report, "period": BUILT.period}
    approved(store, at)
    report_issuing.issue(store, BUILT, problems=[], draw=draw, actor="officer", at=at)
    report_issuing.check_may_build(store, **which)
    with store.write(actor="somebody", at=at) as write:
        write.session.execute(update(ReportSubmission).values(edition=None, edition_hash=None))
        write.record("as_it_was", subject="demo")
    with pytest.raises(NotAllowedError, match="nothing is built over it"):
        report_issuing.check_may_build(store, **which)
    report_issuing.check_may_build(store, **{**which, "period": "2026-11"})


def test_a_correction_needs_a_reason_another_build_and_two_people(store: Store, at: dt.datetime) -> None:
    with pytest.raises(NotAllowedError, match="there is nothing to correct"):
        report_submissions.submit(store, BUILT, correction_reason="Late.", actor="officer", at=at)
    approved(store, at)
    first = report_issuing.issue(store, BUILT, problems=[], draw=draw, actor="officer", at=at)
    assert (first.number, first.corrects, first.submitted_by) == (1, None, "officer")
    correct = {"actor": "officer", "at": at}
    with pytest.raises(NotAllowedError, match="is issued already, as number 1; a correction says why"):
        report_submissions.submit(store, AGAIN, correction_reason=" ", **correct)
    with pytest.raises(NotAllowedError, match="build it again to correct it"):
        report_submissions.submit(store, BUILT, correction_reason="Late records.", **correct)
    report_submissions.submit(store, AGAIN, correction_reason="Late records.", **correct)
    with pytest.raises(SelfApprovalError):
        report_submissions.approve(store, AGAIN, **correct)
    report_submissions.approve(store, AGAIN, actor="compliance", at=at)
    second = report_issuing.issue(store, AGAIN, problems=[], draw=draw, actor="compliance", at=at)
    assert (second.number, second.corrects, second.correction_reason) == (2, 1, "Late records.")
    newest, oldest = report_submissions.list_submissions(store, "demo")
    assert (oldest.state, oldest.edition, oldest.edition_hash) == ("issued", 1, "1" * 64)
    assert (newest.state, newest.edition, newest.corrects) == ("issued", 2, 1)
    report_submissions.file(store, AGAIN, edition=1, reference="R-1", actor="compliance", at=at)
    for edition in (1, 9):  # the newest is another's to file
        with pytest.raises(NotAllowedError, match=f"no edition {edition} of"):
            report_submissions.file(store, AGAIN, edition=edition, reference="R-2", actor="compliance", at=at)
    assert [one.state for one in report_submissions.list_submissions(store, "demo")] == ["issued", "filed"]


def test_what_is_decided_while_an_edition_is_drawn_is_not_lost(store: Store, at: dt.datetime) -> None:
    approved(store, at)

    def draw_slowly(
        deployment: str, report: str, period: str, edition: Edition
    ) -> AbstractContextManager[Drawn]:
        report_submissions.decline(store, BUILT, reason="A figure is wrong.", actor="officer", at=at)
        return draw(deployment, report, period, edition)

    with pytest.raises(NotAllowedError, match="Nobody has submitted"):
        report_issuing.issue(store, BUILT, problems=[], draw=draw_slowly, actor="compliance", at=at)
    assert find(store).state is ReportStatus.DECLINED


def test_a_regime_that_applies_and_is_past_its_limit_stops_every_report(
    store: Store, at: dt.datetime
) -> None:
    regime = next(one for one in load_regimes() if one.id == REGIME)
    last = dt.datetime.combine(regime.verify_again_by, dt.time(9), dt.UTC)
    approved(store, at)
    sign(store, at)
    late = last + dt.timedelta(days=1)
    with pytest.raises(NotAllowedError, match=f"{REGIME}: last verified on {regime.verified_on}"):
        report_issuing.issue(store, BUILT, problems=[], draw=draw, actor="officer", at=late)
    report_issuing.issue(store, BUILT, problems=[], draw=draw, actor="officer", at=last)


def test_a_regime_that_does_not_apply_stops_no_report_of_others(store: Store, at: dt.datetime) -> None:
    sign(store, at, is_applicable=False)
    standings = applicability.list_standings(store, "demo")
    far = at.date() + dt.timedelta(days=3650)
    assert report_issuing.why_not_issue(standings, BUILT.report, as_of=far) == ()


def test_a_report_that_a_regime_asks_for_needs_it_signed_and_confirmed(store: Store, at: dt.datetime) -> None:
    def against() -> str:
        standings = [one for one in applicability.list_standings(store, "demo") if one.regime.id == REGIME]
        return " ".join(report_issuing.why_not_issue(standings, RETURN, as_of=at.date()))

    assert "nobody has signed whether it applies" in against()
    sign(store, at, is_applicable=False)
    assert "does not apply here, as compliance signed" in against()
    sign(store, at)
    assert against() == ""


def test_while_regimes_are_unsigned_issuing_says_so_and_names_them(store: Store, at: dt.datetime) -> None:
    before = report_issuing.say_unsigned(applicability.list_standings(store, "demo"))
    total = len(load_regimes())
    assert before is not None
    assert before.startswith(f"Nobody has signed whether {total} of {total} regimes apply here")
    sign(store, at, is_applicable=True)
    after = report_issuing.say_unsigned(applicability.list_standings(store, "demo"))
    assert after is not None
    assert f"{total - 1} of {total}" in after
    assert (REGIME in before, REGIME in after) == (True, False)
    for regime in load_regimes():
        applicability.sign(
            store, deployment_id="demo", regime_id=regime.id, is_applicable=False, reason="Not there.",
            actor="compliance", at=at,
        )  # fmt: skip
    assert report_issuing.say_unsigned(applicability.list_standings(store, "demo")) is None
