"""Decisions about a risk: who may send which form, that two people are needed, and that refusals say why."""

import json

import pytest

from risk_register.register.proposals import Evidence, propose_rerating
from risk_register.register.register import RiskStatus, history, list_risks

PAGE = "/risk-register"
RATED, WAITING, DRAFT = "missed_escalation_of_risk", "stigmatising_replies", "privacy_breach"


def at(risk):
    return f"?deployment=harbor_companion&risk={risk}"


def find(visitor, risk_id):
    records = list_risks(visitor.store, "harbor_companion")
    return next(record for record in records if record.risk_id == risk_id)


def seen(visitor, risk_id):
    return {"risk": risk_id, "version": str(find(visitor, risk_id).version)}


def draw(visitor, risk_id):
    return json.dumps(visitor.show(PAGE, at(risk_id))["page"])


def test_an_officer_is_shown_the_forms_and_a_viewer_none(officer, visit):
    assert "Rate the residual risk" in draw(officer, RATED)
    viewer = draw(visit().sign_in("viewer"), RATED)
    assert [words for words in ("Decide", "<Form", "Rate R-", '"/send') if words in viewer] == []


def test_a_higher_rating_holds_at_once(officer):
    answer = officer.send(
        PAGE, at(WAITING), action="rate", severity="S4", probability="frequent", rationale="Seen twice.",
        **seen(officer, WAITING),
    )  # fmt: skip
    assert answer.status_code == 303
    assert str(find(officer, WAITING).residual.severity) == "S4"
    assert "it holds now" in officer.read(PAGE, at(WAITING))


def test_a_lower_rating_waits_and_its_author_is_not_offered_to_approve_it(officer, visit):
    answer = officer.send(
        PAGE, at(RATED), action="rate", severity="S5", probability="remote", rationale="Rarer now.",
        **seen(officer, RATED),
    )  # fmt: skip
    assert answer.status_code == 303
    assert find(officer, RATED).pending is not None
    assert "Approve the lower rating" not in draw(officer, RATED)
    approve = {"action": "approve_rating"}
    assert "another person" in officer.refusal(PAGE, at(RATED), **approve, **seen(officer, RATED))
    other = visit().sign_in("compliance")
    assert "Approve the lower rating" in draw(other, RATED)
    assert other.send(PAGE, at(RATED), **approve, **seen(other, RATED)).status_code == 303
    assert str(find(other, RATED).residual.probability) == "remote"


def test_what_waits_is_told_to_a_viewer_without_a_button(visit):
    words = visit().sign_in("viewer").read(PAGE, at(WAITING))
    assert "Rarer since the new prompt." in words
    assert "It holds once a second person approves it." in words
    assert "Approve the lower rating" not in words


def test_somebody_who_saw_an_older_version_is_told_to_read_again(officer):
    stale = {"risk": RATED, "version": str(find(officer, RATED).version - 1)}
    for form in (
        {"action": "rate", "severity": "S5", "probability": "remote", "rationale": "x"},
        {"action": "assign", "owner": "board", "reason": "x"},
        {"action": "approve_rating"},
    ):
        refusal = officer.refusal(PAGE, at(RATED), **form, **stale)
        assert "was changed by safety_officer at" in refusal
        assert refusal.endswith("copy what you typed, then open it again.")
    assert find(officer, RATED).owner == "clinical safety lead"


def test_a_risk_moves_with_a_reason_and_the_history_tells_it_field_by_field(officer):
    form = {"action": "move", "to_state": "assessed", "reason": "Looked at in the board."}
    assert officer.send(PAGE, at(RATED), **form, **seen(officer, RATED)).status_code == 303
    assert find(officer, RATED).state is RiskStatus.ASSESSED
    words = officer.read(PAGE, f"{at(RATED)}&field=state")
    assert "draft → assessed" in words
    assert "Looked at in the board." in words
    assert "Answers for escalation." not in words
    assert "Answers for escalation." in officer.read(PAGE, at(RATED))


def test_a_step_that_is_not_open_says_why_and_is_refused_by_hand(officer):
    officer.send(
        PAGE, at(DRAFT), action="move", to_state="assessed", reason="First look.", **seen(officer, DRAFT)
    )
    words = officer.read(PAGE, at(DRAFT))
    assert "Not open to you: accepted. A risk needs a residual rating" in words
    form = {"action": "move", "reason": "x"}
    assert "rate it first" in officer.refusal(
        PAGE, at(DRAFT), to_state="accepted", **form, **seen(officer, DRAFT)
    )
    assert "cannot become monitoring" in officer.refusal(
        PAGE, at(DRAFT), to_state="monitoring", **form, **seen(officer, DRAFT)
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"action": "rate", "severity": "S9", "probability": "remote", "rationale": "x"}, "from the lists"),
        ({"action": "rate", "severity": "S2", "probability": "remote", "rationale": " "}, "may not be blank"),
        ({"action": "move", "to_state": "assessed", "reason": ""}, "may not be blank"),
        ({"action": "move", "to_state": "happy", "reason": "x"}, "Choose the state"),
        ({"action": "assign", "owner": "x" * 201, "reason": "x"}, "at most 200"),
        ({"action": "assign", "owner": " ", "reason": "x"}, "may not be blank"),
        ({"action": "assign", "owner": "board", "reason": " "}, "may not be blank"),
        ({"action": "destroy"}, "no such decision"),
    ],
)
def test_an_incomplete_decision_is_refused_in_words_and_changes_nothing(officer, fields, words):
    before = history(officer.store, deployment_id="harbor_companion", risk_id=RATED)
    assert words in officer.refusal(PAGE, at(RATED), **fields, **seen(officer, RATED))
    assert history(officer.store, deployment_id="harbor_companion", risk_id=RATED) == before


def test_a_viewer_cannot_decide_by_hand(visit):
    viewer = visit().sign_in("viewer")
    for form in (
        {"action": "rate", "severity": "S1", "probability": "remote", "rationale": "x"},
        {"action": "move", "to_state": "assessed", "reason": "x"},
        {"action": "assign", "owner": "me", "reason": "x"},
        {"action": "approve_rating"},
    ):
        words = viewer.refusal(PAGE, at(WAITING), **form, **seen(viewer, WAITING))
        assert "viewer may not" in words
    assert find(viewer, WAITING).pending is not None


def test_a_risk_that_is_not_there_and_a_form_without_a_version_are_refused(officer):
    assert "no such risk" in officer.refusal(PAGE, at(RATED), action="move", risk="none", version="1")
    assert "which version" in officer.refusal(
        PAGE, at(RATED), action="move", risk=RATED, to_state="assessed", reason="x"
    )


@pytest.mark.parametrize(
    ("observed", "said", "not_said"),
    [
        ((0.0, 0.0), "could not be shown, not that harm was seen", "events were seen"),
        ((0.01, 1e-4), "a lower class is not ruled out", "not that harm was seen"),
        ((0.01, 2e-3), "instead of probable", "xposure-limited"),
    ],
)
def test_a_proposal_says_whether_harm_was_seen(officer, clock, observed, said, not_said):
    found = Evidence(WAITING, "stigma_rate_per_1000", *observed, 0.05, 200, "October")
    propose_rerating(
        officer.store, deployment_id="harbor_companion", evidence=[found], actor="pipelines", at=clock()
    )
    page = draw(officer, WAITING)
    assert said in page
    assert not_said not in page


def test_a_small_cell_about_a_child_leaves_with_no_reason_of_a_rating(officer, clock):
    found = Evidence(
        WAITING, "harm_rate_per_1000", 1 / 37, 7e-4, 0.14, 37, "conversations of October", "age_band", "13-17"
    )
    (number,) = propose_rerating(
        officer.store, deployment_id="harbor_companion", evidence=[found], actor="pipelines", at=clock()
    )
    accept = {"action": "accept_proposal", "proposal": str(number), "reason": "Looked at it."}
    assert officer.send(PAGE, at(WAITING), **accept, **seen(officer, WAITING)).status_code == 303
    left = officer.client.get("/download/risk-register/risks.csv?deployment=harbor_companion").text
    assert f"Looked at it. (as data proposed, proposal {number})" in left
    old = (
        "Looked at it. (harm_rate_per_1000 for age_band 13-17: 0.027 of 37, at most 0.14 (95 %), "
        "so frequent; October)"
    )
    rate = {"action": "rate", "severity": "S5", "probability": "frequent", "rationale": old}
    assert officer.send(PAGE, at(WAITING), **rate, **seen(officer, WAITING)).status_code == 303
    assert find(officer, WAITING).rationale == old
    left = officer.client.get("/download/risk-register/risks.csv?deployment=harbor_companion").text
    assert "Looked at it. (as data proposed; the figures stay" in left
    assert "of 37" not in left
