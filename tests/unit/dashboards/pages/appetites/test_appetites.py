"""Appetites: limits are typed as people say them, proposed by one and approved by another."""

import csv
import io
import json
import re
from datetime import date

import pytest

from dashboards.pages.appetites.decision import read_limit, write_limit
from risk_register.deployment import appetites

PAGE, HARBOR = "/appetites", "?deployment=harbor_companion"
ONE = f"{HARBOR}&indicator=stigma_rate_per_1000"
PROPOSAL = {
    "action": "propose",
    "indicator": "over_escalation_rate",
    "side": "above",
    "watch": "2.5",
    "breach": "5 %",
    "effective_from": "2026-12-01",
    "reason": "People stop trusting a product that sends them away.",
}


def decisions(visitor, deployment="harbor_companion"):
    return appetites.list_decisions(visitor.store, deployment)


def test_a_share_is_typed_in_per_cent_and_kept_as_a_share(officer):
    assert officer.send(PAGE, HARBOR, **PROPOSAL).status_code == 303
    (decision,) = decisions(officer)
    assert (decision.watch, decision.breach, decision.is_approved) == (0.025, 0.05, False)
    assert decision.effective_from == date(2026, 12, 1)


def test_the_proposer_is_told_to_wait_and_another_person_approves(officer, visit):
    officer.send(PAGE, HARBOR, **PROPOSAL)
    assert "yours: another person approves it" in officer.read(PAGE, HARBOR)
    proposal = {"action": "approve", "proposal": str(decisions(officer)[0].proposal_id)}
    assert "another person must approve" in officer.refusal(PAGE, HARBOR, **proposal)
    other = visit().sign_in("compliance")
    assert "Approve for Escalation without need" in json.dumps(other.show(PAGE, HARBOR))
    assert other.send(PAGE, HARBOR, **proposal).status_code == 303
    assert decisions(other)[0].approved_by == "compliance"
    words = other.read(PAGE, HARBOR)
    assert "from 1 Dec 2026: watch above 2.50\u00a0%, breach above 5.00\u00a0%" in words
    assert "No proposal waits." in words


def propose_the_wrong_side(officer):
    return appetites.propose(
        officer.store, deployment_id="harbor_companion", indicator_id="over_escalation_rate",
        side=appetites.Side.BELOW, watch=0.0, breach=0.0, reason="x", effective_from=date(2026, 8, 1),
        actor="safety_officer", at=officer.clock(),
    )  # fmt: skip


def test_a_proposal_from_before_that_no_value_can_pass_is_not_approved(officer, visit):
    proposal = {"action": "approve", "proposal": str(propose_the_wrong_side(officer))}
    other = visit().sign_in("compliance")
    assert "so bad is above the limits" in other.refusal(PAGE, HARBOR, **proposal)
    assert not decisions(other)[0].is_approved


def test_approved_limits_that_no_value_can_pass_are_shown_as_judging_nothing(officer):
    number = propose_the_wrong_side(officer)
    lead = re.search(r"\d+ of \d+ indicators", officer.read(PAGE, HARBOR))
    appetites.approve(
        officer.store, deployment_id="harbor_companion", proposal_id=number, actor="compliance",
        at=officer.clock(),
    )  # fmt: skip
    words = officer.read(PAGE, HARBOR)
    assert re.search(r"\d+ of \d+ indicators", words)[0] == lead[0]
    assert "judges nothing, for no value can pass it" in words


def test_a_proposal_of_another_deployment_cannot_be_approved_from_here(officer, visit):
    proposal_id = appetites.propose(
        officer.store, deployment_id="quiet_cove", indicator_id="over_escalation_rate",
        side=appetites.Side.ABOVE, watch=0.1, breach=0.2, reason="x", effective_from=date(2026, 12, 1),
        actor="safety_officer", at=officer.clock(),
    )  # fmt: skip
    other = visit().sign_in("compliance")
    words = other.refusal(PAGE, HARBOR, action="approve", proposal=str(proposal_id))
    assert "no such proposal on this deployment" in words
    assert not decisions(other, "quiet_cove")[0].is_approved
    assert "quiet_cove" not in words


def test_a_viewer_is_shown_no_form_and_cannot_send_one(officer, visit):
    officer.send(PAGE, HARBOR, **PROPOSAL)
    viewer = visit().sign_in("viewer")
    page = json.dumps(viewer.show(PAGE, f"{HARBOR}&indicator=over_escalation_rate")["page"])
    assert '"/send' not in page
    assert "waits for a second person" in page
    assert "viewer may not propose appetite" in viewer.refusal(PAGE, HARBOR, **PROPOSAL)
    assert "viewer may not approve appetite" in viewer.refusal(PAGE, HARBOR, action="approve", proposal="1")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"watch": "a lot"}, "is not a number"),
        ({"watch": "0,5"}, "is not a number"),
        ({"breach": "101"}, "breach limit 101 % is out of range"),
        ({"breach": "100"}, "allowed on the side above: 0 % or more and less than 100 %"),
        ({"watch": "-1"}, "watch limit -1 % is out of range"),
        ({"watch": "nan"}, "is not a number"),
        ({"watch": "6"}, "Watch 6 % must come before breach 5 % on the side above"),
        ({"side": "beside"}, "which side is bad"),
        ({"side": "below", "watch": "5", "breach": "0"}, "so bad is above the limits"),
        ({"effective_from": ""}, "is not a day"),
        ({"reason": "  "}, "needs a reason"),
        ({"indicator": "nothing"}, "no such indicator"),
        ({"indicator": "night_use_share"}, "no limit applies"),
        ({"action": "abolish"}, "known: propose, approve"),
    ],
)
def test_a_proposal_that_is_not_complete_is_refused_in_words(officer, changes, words):
    assert words in officer.refusal(PAGE, HARBOR, **{**PROPOSAL, **changes})
    assert decisions(officer) == ()


def test_the_limits_that_stand_are_offered_as_people_would_type_them(officer):
    page = json.dumps(officer.show(PAGE, ONE)["page"])
    assert "Propose an appetite: Stigmatising replies" in page
    assert '"value": "0.5"' in page
    assert "placeholder" in page


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [("proportion", "0.7", 0.007), ("proportion", "100", 1.0), ("proportion", "0", 0.0),
     ("rate_per_1000", "1.5", 1.5), ("count", "3", 3.0)],
)  # fmt: skip
def test_a_limit_is_read_and_written_without_loss(published_factory, kind, text, kept):
    made = next(made for made in published_factory.INDICATORS if made.kind == kind)
    from dashboards.records import Indicator

    indicator = Indicator(**published_factory.make_indicator(made))
    assert read_limit(text, "watch", indicator) == kept
    assert write_limit(kept, kind) == text


def test_decisions_leave_as_they_are_kept(officer):
    officer.send(PAGE, HARBOR, **PROPOSAL)
    answer = officer.client.get(f"/download{PAGE}/appetites.csv{HARBOR}")
    (row,) = csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")))
    assert (row["watch"], row["proposed_by"], row["approved_by"]) == ("0.025", "safety_officer", "")
