"""The table of states is complete, and every step in it and out of it is decided."""

from __future__ import annotations

from itertools import pairwise, product

import pytest

from risk_register.errors import NotAllowedError
from risk_register.incident import states as incident_states
from risk_register.item import checklist
from risk_register.register.transitions import NEEDS_RATING, TRANSITIONS, RiskStatus, can_step, check_step

MAIN_ROAD = ("draft", "assessed", "treatment_planned", "controls_in_place", "monitoring", "closed")


def test_every_state_has_its_row_of_steps() -> None:
    assert set(TRANSITIONS) == set(RiskStatus)
    assert set(checklist.TRANSITIONS) == set(checklist.ItemStatus)
    assert set(incident_states.TRANSITIONS) == set(incident_states.IncidentStatus)


def test_every_state_can_be_reached_from_draft_and_none_is_a_dead_end() -> None:
    reached, waiting = set(), [RiskStatus.DRAFT]
    while waiting:
        state = waiting.pop()
        if state not in reached:
            reached.add(state)
            waiting.extend(TRANSITIONS[state])
    assert reached == set(RiskStatus)
    assert all(TRANSITIONS.values())


def test_no_state_leads_to_itself_or_back_to_draft() -> None:
    for state, steps in TRANSITIONS.items():
        assert state not in steps
        assert RiskStatus.DRAFT not in steps
        assert len(set(steps)) == len(steps)


def test_the_main_road_can_be_walked_once_the_risk_is_rated() -> None:
    for state, following in pairwise(MAIN_ROAD):
        check_step(RiskStatus(state), to_state=RiskStatus(following), is_rated=True)


@pytest.mark.parametrize(
    "state", ["draft", "assessed", "treatment_planned", "controls_in_place", "escalated"]
)
def test_a_risk_is_closed_from_monitoring_alone(state: str) -> None:
    assert not can_step(RiskStatus(state), to_state=RiskStatus.CLOSED, is_rated=True)
    assert can_step(RiskStatus.MONITORING, to_state=RiskStatus.CLOSED, is_rated=True)


def test_what_check_raises_can_denies_for_every_pair_of_states() -> None:
    for state, to_state, is_rated in product(RiskStatus, RiskStatus, (True, False)):
        is_allowed = to_state in TRANSITIONS[state] and (is_rated or to_state not in NEEDS_RATING)
        assert can_step(state, to_state=to_state, is_rated=is_rated) is is_allowed
        if not is_allowed:
            with pytest.raises(NotAllowedError):
                check_step(state, to_state=to_state, is_rated=is_rated)


def test_the_refusal_says_what_is_allowed() -> None:
    with pytest.raises(NotAllowedError, match="Allowed: assessed, escalated"):
        check_step(RiskStatus.DRAFT, to_state=RiskStatus.CLOSED, is_rated=True)
