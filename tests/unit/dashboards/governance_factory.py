"""A governance store for pages: two deployments, accounts that are roles, some decisions."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from risk_register import accounts
from risk_register.acceptability import Probability, Severity
from risk_register.accounts import Role
from risk_register.checklist import ItemStatus, attest
from risk_register.content import load_checklist
from risk_register.register import assign_owner, ensure_deployment, rate_residual
from risk_register.store import Store

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
PASSWORD = "the tide comes in twice a day"
DEPLOYMENTS = {"harbor_companion": "Harbor companion", "quiet_cove": "Quiet cove"}
GRANTS = {
    "safety_officer": {"harbor_companion": Role.SAFETY_OFFICER, "quiet_cove": Role.SAFETY_OFFICER},
    "compliance": {"harbor_companion": Role.COMPLIANCE},
    "viewer": {"harbor_companion": Role.VIEWER},
    "stranger": {},
}
BY_CONTRADICTED = "missed_escalation_rate"


def govern(folder: Path) -> str:
    """A store with accounts, grants, one rated risk and some attestations; returns its address."""
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder / 'governance.sqlite'}"
    store = Store(url)
    store.upgrade()
    begun = NOW - timedelta(days=60)
    for deployment_id, title in DEPLOYMENTS.items():
        ensure_deployment(store, deployment_id=deployment_id, title=title, actor="command_line", at=begun)
    for name, roles in GRANTS.items():
        accounts.create_account(store, name=name, actor="command_line", at=begun)
        accounts.set_password(store, name=name, password=PASSWORD, actor="command_line", at=begun)
        for deployment_id, role in roles.items():
            accounts.grant(
                store, name=name, role=role, deployment_id=deployment_id, actor="command_line", at=begun
            )
    decide(store)
    return url


def decide(store: Store) -> None:
    """A rating, an owner and attestations, one of which the data contradict."""
    at = NOW - timedelta(days=20)
    risk = "missed_escalation_of_risk"
    assign_owner(
        store,
        deployment_id="harbor_companion",
        risk_id=risk,
        owner="clinical safety lead",
        reason="Answers for escalation.",
        actor="safety_officer",
        at=at,
    )
    rate_residual(
        store,
        deployment_id="harbor_companion",
        risk_id=risk,
        severity=Severity.S5,
        probability=Probability.FREQUENT,
        rationale="Nothing yet shows that it is rarer.",
        actor="safety_officer",
        at=at,
    )
    rate_residual(
        store,
        deployment_id="harbor_companion",
        risk_id="stigmatising_replies",
        severity=Severity.S3,
        probability=Probability.OCCASIONAL,
        rationale="Rarer since the new prompt.",
        actor="safety_officer",
        at=at,
    )
    contradicted = [item for item in load_checklist() if BY_CONTRADICTED in item.contradicting_indicators]
    for item in [*contradicted[:1], *load_checklist()[3:8]]:
        attest(
            store,
            deployment_id="harbor_companion",
            item_id=item.id,
            state=ItemStatus.MET,
            evidence="evidence/protocol_v3.pdf",
            note="",
            actor="compliance",
            at=at,
            expires_on=date(2027, 5, 1),
        )
