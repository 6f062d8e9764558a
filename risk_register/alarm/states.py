"""The states of an alarm and the steps between them, as one literal table; what it can turn out to have been.

The data take some steps (watch, alarm, passed), people the others. Making a step is `cases`' business.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

from risk_register.steps import check_allowed


class CaseState(StrEnum):
    """Where an alarm stands."""

    WATCH = "watch"
    """Evidence gathers; the data alone decide whether it becomes an alarm."""
    ALARM = "alarm"
    """Somebody has to look."""
    ACKNOWLEDGED = "acknowledged"
    """A person has it; the detector begins anew from the days it had not judged."""
    PASSED = "passed"
    """The data no longer support it, and nobody has said what it was."""
    RESOLVED = "resolved"
    """A person said what it was."""


class Resolution(StrEnum):
    """What an alarm turned out to have been."""

    TRUE = "true"
    """It was as the alarm said."""
    FALSE = "false"
    """Chance; it uses up the budget of false alarms."""
    DATA = "data"
    """A fault of the data or of the measurement."""
    EXPECTED = "expected"
    """A change that was meant, such as a campaign or a release."""


_S = CaseState
TRANSITIONS: MappingProxyType[CaseState, tuple[CaseState, ...]] = MappingProxyType(
    {
        _S.WATCH: (_S.ALARM, _S.PASSED, _S.RESOLVED),
        _S.ALARM: (_S.ACKNOWLEDGED, _S.RESOLVED, _S.PASSED),
        _S.ACKNOWLEDGED: (_S.RESOLVED,),
        _S.PASSED: (_S.RESOLVED, _S.WATCH, _S.ALARM),
        _S.RESOLVED: (_S.ACKNOWLEDGED,),
    }
)
BY_DATA = frozenset(
    {
        (_S.WATCH, _S.ALARM),
        (_S.WATCH, _S.PASSED),
        (_S.ALARM, _S.PASSED),
        (_S.PASSED, _S.WATCH),
        (_S.PASSED, _S.ALARM),
    }
)
"""Steps that follow from the data; no person takes them."""


def check_step(state: CaseState, *, to_state: CaseState) -> None:
    """Raise if people have no such step.

    Raises:
        NotAllowedError: says which steps are allowed.
    """
    allowed = [step for step in TRANSITIONS[state] if (state, step) not in BY_DATA]
    check_allowed("An alarm", state, to_state=to_state, allowed=allowed)


def can_step(state: CaseState, *, to_state: CaseState) -> bool:
    """Whether `check_step` would pass."""
    return to_state in TRANSITIONS[state] and (state, to_state) not in BY_DATA


def follow_data(state: CaseState, *, data_state: CaseState) -> CaseState:
    """The state after an assessment: what a person decided stands, whatever the data say."""
    return data_state if (state, data_state) in BY_DATA else state
