"""A governance store for pages: two deployments, accounts that are roles, some decisions."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from risk_register.acceptability import Probability, Severity
from risk_register.account import accounts
from risk_register.account.accounts import Role
from risk_register.alarm.cases import SeenAlarm, sync_cases
from risk_register.alarm.finding_call import SeenFinding, call_for_eyes
from risk_register.alarm.states import CaseState
from risk_register.content import load_checklist
from risk_register.database.store import Store
from risk_register.item.checklist import ItemStatus, attest
from risk_register.notice.kinds import NoticeKind, NoticeSeverity
from risk_register.notice.notices import queue_notice
from risk_register.register.register import assign_owner, ensure_deployment, rate_residual

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
    alarm(store)
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


def alarm(store: Store) -> None:
    """The alarms of the published factory as cases, a call that waits, and a grave finding."""
    at = NOW - timedelta(hours=3)
    streams = {
        "a1": ("missed_escalation_rate", CaseState.ALARM, "change:c2", date(2026, 10, 18)),
        "a2": ("harm_rate_per_1000", CaseState.WATCH, "change:c2", date(2026, 10, 21)),
        "a3": (
            "handoff_completion_rate",
            CaseState.ALARM,
            "data:harbor_companion:2026-11-11",
            date(2026, 11, 12),
        ),
        "a4": (
            "ai_disclosure_rate",
            CaseState.PASSED,
            "day:harbor_companion:2026-10-01",
            date(2026, 10, 1),
        ),
    }
    seen = [
        SeenAlarm(
            alarm_id=name,
            deployment_id="harbor_companion",
            stream_id=f"level:{indicator}",
            kind="appetite_exceeded",
            cause=cause,
            opened_on=opened_on,
            closed_on=date(2026, 10, 15) if state is CaseState.PASSED else None,
            judged_through=date(2026, 11, 17),
            state=state,
        )
        for name, (indicator, state, cause, opened_on) in streams.items()
    ]
    finding = SeenFinding(
        "harbor_companion",
        date(2026, 11, 19),
        "message0",
        "unanswered_risk",
        "u_suicidal_ideation",
        "lexicon",
    )
    with store.write(actor="assess", at=at) as write:
        sync_cases(write, "harbor_companion", seen)
        call_for_eyes(write, "harbor_companion", [finding], figures={"reviewed_count": 0})
        queue_notice(
            write,
            key="alarm:a1",
            deployment_id="harbor_companion",
            kind=NoticeKind.ALARM,
            severity=NoticeSeverity.PAGE,
            reference_id="a1",
            link="/alarms",
        )
