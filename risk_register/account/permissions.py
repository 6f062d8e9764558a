"""What a role allows, deployment by deployment: refused unless a grant says otherwise.

One literal table of roles and actions. Who has which role is kept by `accounts`; that two people are needed
for some decisions is held by the module of the decision.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from risk_register.errors import NotAllowedError


class Role(StrEnum):
    """What somebody is for a deployment."""

    VIEWER = "viewer"
    """Sees indicators, register and checklist."""
    ENGINEER = "engineer"
    """Runs the pipelines and announces changes."""
    REVIEWER = "reviewer"
    """Labels conversations that were drawn for review."""
    SAFETY_OFFICER = "safety_officer"
    """Answers for safety: register, incidents, appetites, people at risk."""
    COMPLIANCE = "compliance"
    """Answers for the checklist and for what leaves the house."""
    ADMINISTRATOR = "administrator"
    """Looks after accounts; no word of a conversation comes with it."""


class Action(StrEnum):
    """What a page, command or export asks leave for."""

    VIEW = "view"
    EXPORT = "export"
    RUN_PIPELINE = "run_pipeline"
    DECLARE_CHANGE = "declare_change"
    REVIEW = "review"
    READ_CONVERSATION = "read_conversation"
    LOCATE_PERSON = "locate_person"
    COMMENT = "comment"
    EDIT_REGISTER = "edit_register"
    APPROVE_REGISTER = "approve_register"
    ATTEST = "attest"
    APPROVE_ATTESTATION = "approve_attestation"
    PROPOSE_APPETITE = "propose_appetite"
    APPROVE_APPETITE = "approve_appetite"
    DECIDE_REGIME = "decide_regime"
    ACKNOWLEDGE_ALARM = "acknowledge_alarm"
    DECIDE_ALARM = "decide_alarm"
    OPEN_INCIDENT = "open_incident"
    CLOSE_INCIDENT = "close_incident"
    ERASE = "erase"
    SUBMIT_REPORT = "submit_report"
    APPROVE_REPORT = "approve_report"
    ISSUE_REPORT = "issue_report"
    VIEW_AUDIT = "view_audit"
    MANAGE_ACCOUNTS = "manage_accounts"


ALLOWED: MappingProxyType[Role, frozenset[Action]] = MappingProxyType(
    {
        Role.VIEWER: frozenset({Action.VIEW}),
        Role.ENGINEER: frozenset(
            {
                Action.VIEW,
                Action.RUN_PIPELINE,
                Action.DECLARE_CHANGE,
                Action.COMMENT,
                Action.ACKNOWLEDGE_ALARM,
                Action.OPEN_INCIDENT,
            }
        ),
        Role.REVIEWER: frozenset(
            {
                Action.VIEW,
                Action.REVIEW,
                Action.READ_CONVERSATION,
                Action.COMMENT,
                Action.OPEN_INCIDENT,
            }
        ),
        Role.SAFETY_OFFICER: frozenset(
            {
                Action.VIEW,
                Action.EXPORT,
                Action.DECLARE_CHANGE,
                Action.REVIEW,
                Action.READ_CONVERSATION,
                Action.LOCATE_PERSON,
                Action.COMMENT,
                Action.EDIT_REGISTER,
                Action.APPROVE_REGISTER,
                Action.ATTEST,
                Action.APPROVE_ATTESTATION,
                Action.PROPOSE_APPETITE,
                Action.APPROVE_APPETITE,
                Action.ACKNOWLEDGE_ALARM,
                Action.DECIDE_ALARM,
                Action.OPEN_INCIDENT,
                Action.CLOSE_INCIDENT,
                Action.ERASE,
                Action.SUBMIT_REPORT,
                Action.APPROVE_REPORT,
                Action.VIEW_AUDIT,
            }
        ),
        Role.COMPLIANCE: frozenset(
            {
                Action.VIEW,
                Action.EXPORT,
                Action.COMMENT,
                Action.EDIT_REGISTER,
                Action.APPROVE_REGISTER,
                Action.ATTEST,
                Action.APPROVE_ATTESTATION,
                Action.PROPOSE_APPETITE,
                Action.APPROVE_APPETITE,
                Action.DECIDE_REGIME,
                Action.ACKNOWLEDGE_ALARM,
                Action.OPEN_INCIDENT,
                Action.CLOSE_INCIDENT,
                Action.ERASE,
                Action.SUBMIT_REPORT,
                Action.APPROVE_REPORT,
                Action.ISSUE_REPORT,
                Action.VIEW_AUDIT,
            }
        ),
        Role.ADMINISTRATOR: frozenset({Action.VIEW, Action.MANAGE_ACCOUNTS, Action.VIEW_AUDIT}),
    }
)


@dataclass(frozen=True)
class Grant:
    """A role on one deployment."""

    role: Role
    deployment_id: str


def may(given: Iterable[Grant], action: Action, deployment_id: str) -> bool:
    """Whether these grants allow an action on a deployment; without a grant the answer is no."""
    return any(grant.deployment_id == deployment_id and action in ALLOWED[grant.role] for grant in given)


def check_may(given: Iterable[Grant], action: Action, deployment_id: str) -> None:
    """Raise what `may` answers.

    Raises:
        NotAllowedError: names the action and the deployment.
    """
    if not may(given, action, deployment_id):
        raise NotAllowedError(
            f"{action} on {deployment_id} needs a role that allows it; ask an administrator."
        )


def deployments_of(given: Iterable[Grant]) -> tuple[str, ...]:
    """The deployments that these grants let somebody see, by id."""
    return tuple(sorted({grant.deployment_id for grant in given if Action.VIEW in ALLOWED[grant.role]}))
