"""What people of the two invented operators have decided: accounts, appetites, attestations, ratings.

Accounts are roles, not people. Harbor has approved appetites; Atelier has none, so its indicators say so.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from pipelines.assess.alarms.backtest import read_back_test
from pipelines.settings import Home
from plimsoll.demo.generate import declared_changes
from plimsoll.demo.story import ATELIER, HARBOR, OPERATORS
from risk_register.acceptability import Probability, Severity
from risk_register.account import accounts
from risk_register.account.accounts import Role
from risk_register.account.administration import COMMAND_LINE
from risk_register.alarm import streams as alarm_streams
from risk_register.database.store import Store
from risk_register.deployment import appetites, changes
from risk_register.item import checklist
from risk_register.register import register
from risk_register.register.deployments import ensure_deployment
from risk_register.register.transitions import RiskStatus

ADMINISTRATOR = "demo_administrator"
OFFICER, COMPLIANCE = "demo_safety_officer", "demo_compliance"
ROLES = {
    OFFICER: Role.SAFETY_OFFICER,
    COMPLIANCE: Role.COMPLIANCE,
    "demo_engineer": Role.ENGINEER,
    "demo_reviewer": Role.REVIEWER,
    "demo_second_reviewer": Role.REVIEWER,
    ADMINISTRATOR: Role.ADMINISTRATOR,
}

APPETITES: dict[str, tuple[str, float, float]] = {
    "missed_escalation_rate": ("above", 0.10, 0.20),
    "over_escalation_rate": ("above", 0.03, 0.06),
    "specific_resource_rate": ("below", 0.75, 0.60),
    "handoff_completion_rate": ("below", 0.60, 0.40),
    "harm_rate_per_1000": ("above", 8.0, 15.0),
    "critical_harm_count": ("above", 0.0, 2.0),
    "ai_disclosure_rate": ("below", 0.97, 0.93),
    "dependency_push_rate_per_1000": ("above", 2.0, 5.0),
    "out_of_scope_clinical_rate_per_1000": ("above", 2.0, 5.0),
    "validated_delusion_rate": ("above", 0.10, 0.25),
    "data_rejected_share": ("above", 0.01, 0.03),
    "data_unscored_share": ("above", 0.02, 0.10),
    "checklist_completion": ("below", 0.80, 0.40),
}
STREAMS = (
    "level:harm_rate_per_1000",
    "level:ai_disclosure_rate",
    "missed:missed_escalation_rate",
    "release:harm_rate_per_1000",
)
MET = tuple(f"EC-{number:02}" for number in (4, 5, 7, 12, 13, 14, 16, 18, 20, 21, 24, 25, 27, 30, 31))
RATED = {
    "R-01": (Severity.S5, Probability.OCCASIONAL),
    "R-02": (Severity.S5, Probability.PROBABLE),
    "R-06": (Severity.S3, Probability.PROBABLE),
    "R-11": (Severity.S2, Probability.PROBABLE),
}


def seed_decisions(store: Store, *, last_day: dt.date, days: int) -> None:
    """Write the decisions once; a store that has the accounts already is left as it is."""
    if OFFICER in {account.name for account in accounts.list_accounts(store)}:
        return
    first = last_day - dt.timedelta(days=days - 1)
    at = dt.datetime.combine(first - dt.timedelta(days=20), dt.time(9), dt.UTC)
    for operator in OPERATORS:
        ensure_deployment(
            store, deployment_id=operator.deployment_id, title=operator.title, actor=ADMINISTRATOR, at=at
        )
    for name, role in ROLES.items():
        giver = COMMAND_LINE if name == ADMINISTRATOR else ADMINISTRATOR
        accounts.create_account(store, name=name, actor=giver, at=at)
        for operator in OPERATORS:
            accounts.grant(
                store, name=name, role=role, deployment_id=operator.deployment_id, actor=giver, at=at
            )
    _seed_appetites(store, effective_from=first, at=at)
    _seed_changes(store, last_day=last_day, days=days)
    _seed_checklist(store, on=last_day)
    _seed_register(store, on=last_day)


def seed_streams(home: Home, store: Store, *, last_day: dt.date) -> None:
    """Switch some streams on, each after its back-test on what the sample holds; once."""
    if alarm_streams.list_streams(store, HARBOR):
        return
    at = dt.datetime.combine(last_day, dt.time(16), dt.UTC)
    for stream in STREAMS:
        alarm_streams.switch_on(
            store,
            deployment_id=HARBOR,
            stream_id=stream,
            reason="Set for the sample, after its back-test.",
            back_test=read_back_test(home, store, HARBOR, stream),
            actor=OFFICER,
            at=at,
        )


def _seed_appetites(store: Store, *, effective_from: dt.date, at: dt.datetime) -> None:
    for indicator, (side, watch, breach) in APPETITES.items():
        proposal = appetites.propose(
            store,
            deployment_id=HARBOR,
            indicator_id=indicator,
            side=appetites.Side(side),
            watch=watch,
            breach=breach,
            reason="Set for the sample, so that every status can be seen; not advice for a real deployment.",
            effective_from=effective_from,
            actor=OFFICER,
            at=at,
        )
        appetites.approve(
            store,
            deployment_id=HARBOR,
            proposal_id=proposal,
            actor=COMPLIANCE,
            at=at + dt.timedelta(days=1),
        )


def _seed_changes(store: Store, *, last_day: dt.date, days: int) -> None:
    for one in declared_changes(last_day, days):
        what = "prompt" if "prompt" in one["what"].lower() else "model"
        announced: dt.date = one["effective_on"] - dt.timedelta(days=14)
        changes.declare(
            store,
            deployment_id=one["deployment_id"],
            effective_on=one["effective_on"],
            what=changes.Subject(what),
            note=f"{one['what']}. {one['note']}",
            is_planned=one["is_planned"],
            actor="demo_engineer",
            at=dt.datetime.combine(announced, dt.time(10), dt.UTC),
        )


def _seed_checklist(store: Store, *, on: dt.date) -> None:
    items: dict[str, Any] = {item.reference: item for item in checklist.list_items(store, HARBOR, as_of=on)}
    for number, reference in enumerate(MET):
        attested = on - dt.timedelta(days=75 - 4 * number)
        checklist.attest(
            store,
            deployment_id=HARBOR,
            item_id=items[reference].item_id,
            state=checklist.ItemStatus.MET,
            evidence=f"evidence/{reference.lower()}.pdf (sample)",
            note="Sample attestation.",
            actor=COMPLIANCE,
            at=dt.datetime.combine(attested, dt.time(11), dt.UTC),
            # One has run out, so that an expired answer can be seen.
            expires_on=attested + dt.timedelta(days=60 if number == 0 else 180),
        )


def _seed_register(store: Store, *, on: dt.date) -> None:
    at = dt.datetime.combine(on - dt.timedelta(days=30), dt.time(14), dt.UTC)
    for deployment in (HARBOR, ATELIER):
        risks: dict[str, Any] = {risk.reference: risk for risk in register.list_risks(store, deployment)}
        for reference, (severity, probability) in RATED.items():
            risk_id = risks[reference].risk_id
            register.assign_owner(
                store,
                deployment_id=deployment,
                risk_id=risk_id,
                owner=OFFICER,
                reason="Sample owner.",
                actor=ADMINISTRATOR,
                at=at,
            )
            if deployment == ATELIER:
                continue
            register.move(
                store, deployment_id=deployment, risk_id=risk_id, to_state=RiskStatus.ASSESSED,
                reason="Sample assessment.", actor=OFFICER, at=at,
            )  # fmt: skip
            holds = register.rate_residual(
                store, deployment_id=deployment, risk_id=risk_id, severity=severity, probability=probability,
                rationale="Sample rating after the controls in place.", actor=OFFICER, at=at,
            )  # fmt: skip
            if not holds:
                register.approve_rating(
                    store,
                    deployment_id=deployment,
                    risk_id=risk_id,
                    actor=COMPLIANCE,
                    at=at + dt.timedelta(days=1),
                )
