"""Default is no: what a role allows holds for its deployment alone."""

from __future__ import annotations

from itertools import product

import pytest

from risk_register.account.permissions import ALLOWED, Action, Grant, Role, check_may, deployments_of, may
from risk_register.errors import NotAllowedError


def test_without_a_grant_nothing_is_allowed() -> None:
    assert not any(may(frozenset(), action, "demo") for action in Action)
    assert deployments_of(frozenset()) == ()


def test_a_grant_holds_for_its_deployment_alone() -> None:
    for role, action in product(Role, Action):
        given = {Grant(role, "demo")}
        assert may(given, action, "demo") is (action in ALLOWED[role])
        assert not may(given, action, "other")


def test_every_role_is_in_the_table_and_every_action_is_somebody_s() -> None:
    assert set(ALLOWED) == set(Role)
    assert set().union(*ALLOWED.values()) == set(Action)


def test_who_may_read_what_people_wrote() -> None:
    readers = {role for role in Role if Action.READ_CONVERSATION in ALLOWED[role]}
    assert readers == {Role.REVIEWER, Role.SAFETY_OFFICER}
    assert [role for role in Role if Action.LOCATE_PERSON in ALLOWED[role]] == [Role.SAFETY_OFFICER]


def test_whoever_may_read_a_conversation_may_call_for_help() -> None:
    readers = {role for role in Role if ALLOWED[role] & {Action.REVIEW, Action.READ_CONVERSATION}}
    assert readers <= {role for role in Role if Action.OPEN_INCIDENT in ALLOWED[role]}


def test_an_administrator_gives_roles_and_decides_nothing_else() -> None:
    assert {role for role in Role if Action.MANAGE_ACCOUNTS in ALLOWED[role]} == {Role.ADMINISTRATOR}
    assert ALLOWED[Role.ADMINISTRATOR] == {Action.VIEW, Action.MANAGE_ACCOUNTS, Action.VIEW_AUDIT}


def test_a_viewer_looks_and_takes_nothing_away() -> None:
    assert ALLOWED[Role.VIEWER] == {Action.VIEW}


def find_holders(action: Action) -> set[Role]:
    return {role for role in Role if action in ALLOWED[role]}


@pytest.mark.parametrize(
    ("action", "role"),
    [
        (Action.RUN_PIPELINE, Role.ENGINEER),
        (Action.DECIDE_ALARM, Role.SAFETY_OFFICER),
        (Action.DECIDE_REGIME, Role.COMPLIANCE),
        (Action.ISSUE_REPORT, Role.COMPLIANCE),
    ],
)
def test_some_decisions_are_of_one_role_alone(action: Action, role: Role) -> None:
    assert find_holders(action) == {role}


@pytest.mark.parametrize(
    "action",
    [
        *(Action.EXPORT, Action.EDIT_REGISTER, Action.APPROVE_REGISTER, Action.CLOSE_INCIDENT),
        *(Action.ATTEST, Action.APPROVE_ATTESTATION, Action.PROPOSE_APPETITE, Action.APPROVE_APPETITE),
        *(Action.SUBMIT_REPORT, Action.APPROVE_REPORT, Action.ERASE),
    ],
)
def test_whoever_answers_for_a_deployment_decides_about_it_and_nobody_else(action: Action) -> None:
    assert find_holders(action) == {Role.SAFETY_OFFICER, Role.COMPLIANCE}


def test_grants_add_up_and_deployments_are_listed_once() -> None:
    given = {Grant(Role.VIEWER, "b"), Grant(Role.ENGINEER, "b"), Grant(Role.VIEWER, "a")}
    assert deployments_of(given) == ("a", "b")
    assert may(given, Action.RUN_PIPELINE, "b")
    assert not may(given, Action.RUN_PIPELINE, "a")


def test_check_may_names_what_was_refused() -> None:
    check_may({Grant(Role.VIEWER, "demo")}, Action.VIEW, "demo")
    with pytest.raises(NotAllowedError, match="export on demo"):
        check_may({Grant(Role.VIEWER, "demo")}, Action.EXPORT, "demo")
