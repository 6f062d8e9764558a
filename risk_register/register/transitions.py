"""The states of a risk and the steps between them, as one literal table.

Which steps need a second person or a rating stands here too. Making a step, with its reason and its trace, is
`register`'s business.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

from risk_register.errors import NotAllowedError
from risk_register.steps import check_allowed


class RiskStatus(StrEnum):
    """Where a risk stands."""

    DRAFT = "draft"
    """Shipped or written down, not yet looked at for this deployment."""
    ASSESSED = "assessed"
    """Severity and probability have been judged."""
    TREATMENT_PLANNED = "treatment_planned"
    """It is decided what will be done."""
    CONTROLS_IN_PLACE = "controls_in_place"
    """It has been done."""
    MONITORING = "monitoring"
    """Its indicators are watched."""
    ESCALATED = "escalated"
    """Somebody with more authority must decide."""
    ACCEPTED = "accepted"
    """A second person accepted it for a limited time."""
    CLOSED = "closed"
    """It cannot happen any more, as a second person confirmed."""


_S = RiskStatus
TRANSITIONS: MappingProxyType[RiskStatus, tuple[RiskStatus, ...]] = MappingProxyType(
    {
        _S.DRAFT: (_S.ASSESSED, _S.ESCALATED),
        _S.ASSESSED: (_S.TREATMENT_PLANNED, _S.ACCEPTED, _S.ESCALATED),
        _S.TREATMENT_PLANNED: (_S.CONTROLS_IN_PLACE, _S.ASSESSED, _S.ESCALATED),
        _S.CONTROLS_IN_PLACE: (_S.MONITORING, _S.TREATMENT_PLANNED, _S.ESCALATED),
        _S.MONITORING: (_S.ASSESSED, _S.TREATMENT_PLANNED, _S.ACCEPTED, _S.CLOSED, _S.ESCALATED),
        _S.ESCALATED: (_S.ASSESSED, _S.TREATMENT_PLANNED, _S.ACCEPTED),
        _S.ACCEPTED: (_S.ASSESSED, _S.MONITORING, _S.ESCALATED),
        _S.CLOSED: (_S.ASSESSED,),
    }
)
NEEDS_SECOND_PERSON = frozenset({RiskStatus.ACCEPTED, RiskStatus.CLOSED})
NEEDS_RATING = frozenset({RiskStatus.MONITORING, RiskStatus.ACCEPTED, RiskStatus.CLOSED})


def check_step(state: RiskStatus, *, to_state: RiskStatus, is_rated: bool) -> None:
    """Raise if the table has no such step, whoever asks.

    Raises:
        NotAllowedError: says which states are allowed, or that a rating is missing.
    """
    check_allowed("A risk", state, to_state=to_state, allowed=TRANSITIONS[state])
    if to_state in NEEDS_RATING and not is_rated:
        raise NotAllowedError(
            f"A risk needs a residual rating before it becomes {to_state.value}; rate it first."
        )


def can_step(state: RiskStatus, *, to_state: RiskStatus, is_rated: bool) -> bool:
    """Whether `check_step` would pass."""
    try:
        check_step(state, to_state=to_state, is_rated=is_rated)
    except NotAllowedError:
        return False
    return True
