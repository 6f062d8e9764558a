"""Every step that no table has, and every step without its role, is refused at the door of the pages."""

from collections.abc import Iterator
from itertools import product

import pytest
from sqlalchemy import NullPool, create_engine, text

from risk_register.account import accounts
from risk_register.account.accounts import Action, Role
from risk_register.account.permissions import ALLOWED
from risk_register.incident import incidents
from risk_register.item import checklist
from risk_register.register import actions, proposals, register
from risk_register.register.proposals import Evidence, ProposalStatus
from risk_register.register.transitions import NEEDS_SECOND_PERSON, TRANSITIONS, RiskStatus

RISK, PAGE, HARBOR = "privacy_breach", "/risk-register", "?deployment=harbor_companion"
ITEMS = "/ethics-checklist"


@pytest.fixture
def set_state(home) -> Iterator[object]:
    """Put the risk into a state behind the rules' back, rated and moved by somebody else."""
    engine = create_engine(f"sqlite:///{home / 'governance.sqlite'}", poolclass=NullPool)

    def put(state: RiskStatus) -> None:
        statement = """update risk_state set state = :state, severity = 'S3', probability = 'remote',
            rated_by = 'somebody', moved_by = 'somebody' where risk_id = :risk"""
        with engine.begin() as connection:
            connection.execute(text(statement), {"state": state.value, "risk": RISK})

    yield put
    engine.dispose()


def find(store):
    return next(one for one in register.list_risks(store, "harbor_companion") if one.risk_id == RISK)


def refuse(visitor, path, token, **fields):
    """Send a form that has to be refused, and say why it was."""
    answer = visitor.client.post(
        f"/send{path}{HARBOR}", data={"csrf_token": token, **fields}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 422, answer.get_data(as_text=True)
    return answer.get_json()["refusal"]


def test_every_step_outside_the_table_is_refused_for_every_role(everyone, store, set_state):
    tokens = {role: visitor.token() for role, visitor in everyone.items()}
    for state in RiskStatus:
        set_state(state)
        version = str(find(store).version)
        for target in RiskStatus:
            needed = Action.APPROVE_REGISTER if target in NEEDS_SECOND_PERSON else Action.EDIT_REGISTER
            for role, visitor in everyone.items():
                is_open = needed in ALLOWED[role]
                if is_open and target in TRANSITIONS[state]:
                    continue
                form = {"action": "move", "risk": RISK, "version": version, "to_state": target.value}
                words = refuse(visitor, PAGE, tokens[role], reason="Tried.", **form)
                assert ("cannot become" if is_open else "may not") in words
        assert find(store).state is state


def test_every_step_of_the_table_is_open_to_who_may_take_it(everyone, store, set_state):
    officer = everyone[Role.SAFETY_OFFICER]
    token = officer.token()
    for state, targets in TRANSITIONS.items():
        for target in targets:
            set_state(state)
            form = {"action": "move", "risk": RISK, "version": str(find(store).version)}
            answer = officer.client.post(
                f"/send{PAGE}{HARBOR}",
                data={"csrf_token": token, "to_state": target.value, "reason": "Seen.", **form},
            )
            assert answer.status_code == 303
            assert find(store).state is target


def test_what_was_decided_once_is_not_decided_again(everyone, store, clock):
    officer, other = everyone[Role.SAFETY_OFFICER], everyone[Role.COMPLIANCE]
    for last in (ProposalStatus.ACCEPTED, ProposalStatus.DECLINED):
        upper = 5e-4 if last is ProposalStatus.ACCEPTED else 5e-3
        seen = Evidence(RISK, "privacy_leak", 1e-4, 5e-5, upper, 10_000, "October")
        (number,) = proposals.propose_rerating(
            store, deployment_id="harbor_companion", evidence=[seen], actor="pipelines", at=clock()
        )
        action = "accept_proposal" if last is ProposalStatus.ACCEPTED else "decline_proposal"
        form = {"risk": RISK, "version": "1", "proposal": str(number), "reason": "Seen."}
        assert officer.send(PAGE, HARBOR, action=action, **form).status_code == 303
        for again in ("accept_proposal", "decline_proposal"):
            for visitor in (officer, other):
                words = refuse(visitor, PAGE, visitor.token(), action=again, **form)
                assert (
                    f"Proposal {number}, decided by the_safety_officer, that is {last.value} cannot" in words
                )


def test_an_action_moves_along_its_table_alone(everyone, store, clock):
    officer = everyone[Role.SAFETY_OFFICER]
    who = {"deployment_id": "harbor_companion", "risk_id": RISK, "reason": "x", "actor": "a", "at": clock()}
    number = actions.add_action(store, title="Drill", owner="lead", due_on=clock().date(), **who)
    for state in actions.ActionStatus:
        if state is not actions.ActionStatus.OPEN:
            actions.move_action(store, number=number, to_state=state, **who)
        for target in actions.ActionStatus:
            if target not in actions.TRANSITIONS[state]:
                form = {"risk": RISK, "version": str(find(store).version), "number": str(number)}
                words = refuse(officer, PAGE, officer.token(), action="move_action", reason="x",
                               to_state=target.value, **form)  # fmt: skip
                assert "cannot become" in words
        if state is not actions.ActionStatus.OPEN:
            actions.move_action(store, number=number, to_state=actions.ActionStatus.OPEN, **who)


def test_no_item_goes_back_to_its_blank_beginning_and_no_stranger_answers(everyone, store, clock):
    item = "crisis_testing_passed"
    for role, visitor in everyone.items():
        form = {"action": "attest", "item": item, "version": "1", "state": "not_started"}
        words = refuse(visitor, ITEMS, visitor.token(), **form)
        assert ("is not a state" if Action.ATTEST in ALLOWED[role] else "may not attest") in words
    found = checklist.list_items(store, "harbor_companion", as_of=clock().date())
    assert next(one for one in found if one.item_id == item).version == 1


@pytest.mark.parametrize(
    ("path", "fields", "needed"),
    [
        (PAGE, {"action": "rate", "risk": RISK, "version": "1"}, Action.EDIT_REGISTER),
        (PAGE, {"action": "approve_rating", "risk": RISK, "version": "1"}, Action.APPROVE_REGISTER),
        (PAGE, {"action": "assign", "risk": RISK, "version": "1"}, Action.EDIT_REGISTER),
        (PAGE, {"action": "add_control", "risk": RISK, "version": "1", "kind": "information"},
         Action.EDIT_REGISTER),
        (PAGE, {"action": "add_action", "risk": RISK, "version": "1", "due_on": "2027-01-01"},
         Action.EDIT_REGISTER),
        (PAGE, {"action": "comment", "risk": RISK, "version": "1"}, Action.COMMENT),
        (ITEMS, {"action": "confirm", "item": "crisis_testing_passed", "version": "1"},
         Action.APPROVE_ATTESTATION),
        (ITEMS, {"action": "waive", "item": "crisis_testing_passed", "version": "1"}, Action.ATTEST),
        (ITEMS, {"action": "add_link", "item": "crisis_testing_passed", "version": "1"}, Action.ATTEST),
        ("/regimes", {"regime": "us_ca_companion_chatbots", "applies": "yes"}, Action.DECIDE_REGIME),
        ("/alarms", {"action": "confirm_change", "alarm": "a", "what": "nothing"}, Action.DECIDE_ALARM),
        ("/review", {"action": "reviewer", "zone": "nowhere"}, Action.REVIEW),
        ("/indicators/refusal_rate", {"indicator": "refusal_rate", "starts_on": ""}, Action.APPROVE_APPETITE),
        ("/administration", {"action": "grant", "name": "viewer", "role": "nothing"}, Action.MANAGE_ACCOUNTS),
        ("/administration", {"action": "link", "name": "safety_officer"}, Action.MANAGE_ACCOUNTS),
    ],
    ids=lambda value: value.get("action") if isinstance(value, dict) else str(value),
)  # fmt: skip
def test_a_form_is_refused_without_the_role_and_by_the_rules_with_it(everyone, path, fields, needed):
    for role, visitor in everyone.items():
        words = refuse(visitor, path, visitor.token(), **fields)
        is_shut = words.startswith(f"the_{role} may not ")
        assert is_shut is (needed not in ALLOWED[role]), (role, words)


def test_a_form_about_an_incident_is_refused_without_the_role_and_by_the_rules_with_it(
    everyone, store, clock
):
    number = incidents.open_incident(
        store, deployment_id="harbor_companion", title="Wrong line", severity="S4", description="",
        risk_id=None, aware_at=None, actor="somebody", at=clock(),
    )  # fmt: skip
    needed = {
        "note": Action.OPEN_INCIDENT,
        "task": Action.OPEN_INCIDENT,
        "done": Action.OPEN_INCIDENT,
        "reopen": Action.OPEN_INCIDENT,
        "assess": Action.CLOSE_INCIDENT,
        "close": Action.CLOSE_INCIDENT,
        "decide": Action.CLOSE_INCIDENT,
        "report": Action.CLOSE_INCIDENT,
        "hold": Action.CLOSE_INCIDENT,
    }
    for action, (role, visitor) in product(needed, everyone.items()):
        words = refuse(
            visitor, "/incidents", visitor.token(), action=action, incident=number, version="1", words=" "
        )
        is_shut = words.startswith(f"the_{role} may not {needed[action].replace('_', ' ')} ")
        assert is_shut is (needed[action] not in ALLOWED[role]), (action, role, words)


def test_two_sessions_of_one_person_are_one_person(visit, store, clock):
    first, second = visit().sign_in("safety_officer"), visit().sign_in("safety_officer")
    form = {"action": "rate", "risk": RISK, "version": "1", "severity": "S2", "probability": "improbable"}
    assert first.send(PAGE, HARBOR, rationale="Controls.", reason="Controls.", **form).status_code == 303
    version = str(find(store).version)
    words = second.refusal(PAGE, HARBOR, action="approve_rating", risk=RISK, version=version)
    assert "another person must approve it" in words
    accounts.grant(
        store, name="safety_officer", role=Role.ADMINISTRATOR, deployment_id="harbor_companion",
        actor="an_administrator", at=clock(),
    )  # fmt: skip
    words = second.refusal(PAGE, HARBOR, action="approve_rating", risk=RISK, version=version)
    assert "another person must approve it" in words
