"""Work of every kind in one deployment, so that tests can see that nobody of another one notices."""

from __future__ import annotations

import datetime as dt
import random

from risk_register.acceptability import Probability, Severity
from risk_register.alarm import streams as alarm_streams
from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.deployment import appetites, applicability, baselines, changes
from risk_register.exchange import exchange
from risk_register.incident import danger, holds, incidents, locations
from risk_register.incident import work as incident_work
from risk_register.item import checklist
from risk_register.item import evidence as item_evidence
from risk_register.item import tasks as item_tasks
from risk_register.register import actions, proposals, register
from risk_register.report import submissions as report_submissions
from risk_register.review import reviews

RISK, ITEM = "missed_escalation_of_risk", "intended_use_written"


def work(store: Store, deployment_id: str, *, actor: str, at: dt.datetime, seed: int) -> None:
    """Something of every kind, in an order and at a number that the seed gives."""
    chance = random.Random(seed)  # noqa: S311  repeatable, nothing is kept secret
    here = {"deployment_id": deployment_id, "actor": actor, "at": at}
    document = exchange.read_document(store, kind=exchange.ExchangeKind.REGISTER, deployment_id=deployment_id)
    register.ensure_deployment(store, deployment_id=f"{deployment_id}_new", title="New", actor=actor, at=at)
    acts = [
        lambda: open_incident(store, here),
        lambda: danger.raise_danger(store, conversation_id=f"c{chance.random()}", **here),
        lambda: locations.record_location(
            store, subject="m", reason="Hurt.", source_file="a", position=1, why_not="", **here
        ),
        lambda: changes.declare(
            store, effective_on=at.date(), what=changes.Subject.MODEL, note="1 to 2", is_planned=True, **here
        ),
        lambda: baselines.decide_baseline(
            store, indicator_id=f"i{chance.random()}", starts_on=at.date(), reason="New model.", **here
        ),
        lambda: appetites.propose(
            store, indicator_id="refusal_rate", side=appetites.Side.ABOVE, watch=0.1, breach=0.2,
            reason="Board.", effective_from=at.date(), **here,
        ),
        lambda: proposals.propose_rerating(
            store,
            evidence=[
                proposals.Evidence(RISK, "missed_escalation_rate", 1e-9, 0, 10 ** -chance.uniform(3, 7),
                    9, "x", quarter_bounds=(1e-9, 1e-9),
                )
            ],
            **here,
        ),
        lambda: register.rate_residual(
            store, risk_id=RISK, severity=Severity.S5, probability=Probability.FREQUENT, rationale="Seen.",
            **here,
        ),
        lambda: register.comment(store, risk_id=RISK, body="Seen.", **here),
        lambda: actions.add_action(
            store, risk_id=RISK, title="Drill", owner="lead", due_on=at.date(), reason="x", **here
        ),
        lambda: item_evidence.add_evidence(
            store, item_id=ITEM, kind=item_evidence.EvidenceKind.LINK, title="", location="https://a.example",
            **here,
        ),
        lambda: checklist.attest(
            store, item_id=ITEM, state=checklist.ItemStatus.MET, evidence="a.pdf", note="",
            expires_on=at.date() + dt.timedelta(days=9), **here,
        ),
        lambda: open_item_tasks(store, here),
        lambda: applicability.sign(
            store, regime_id="eu_ai_act", is_applicable=True, reason="Users there.", **here
        ),
        lambda: alarm_streams.mute(
            store, stream_id=f"level:i{chance.random()}", until=at + dt.timedelta(days=1), reason="Quiet.",
            **here,
        ),
        lambda: report_submissions.submit(
            store,
            report_submissions.BuiltOnce(deployment_id, "monthly", f"p{chance.random()}", "a" * 64),
            actor=actor,
            at=at,
        ),
        lambda: audit.record_access(store, action="conversation_read", subject="c", reason="Look.", **here),
        lambda: reviews.set_reviewer(store, languages=("en",), actor=actor, at=at),
        lambda: exchange.propose_import(
            store, deployment_id=f"{deployment_id}_new", actor=actor, at=at,
            document=exchange.Document(
                document.kind, f"{deployment_id}_new", "New",
                {
                    name: rows if name in ("risk", "risk_control") else ()
                    for name, rows in document.tables.items()
                },
            ),
        ),
    ]  # fmt: skip
    for act in chance.sample(acts * 2, k=len(acts) * 2):
        act()


def open_incident(store: Store, here: dict[str, object]) -> None:
    at, actor = here["at"], here["actor"]
    number = incidents.open_incident(store, title="Wrong line", severity=Severity.S5, **here)
    incident_work.add_task(
        store, incident_id=number, what="Renew", owner="lead", due_on=at.date(), actor=actor, at=at
    )
    holds.request_hold(
        store, incident_id=number, conversation_id="c", thread_id="t", reason="Asked.", expires_on=at.date(),
        actor=actor, at=at,
    )  # fmt: skip


def open_item_tasks(store: Store, here: dict[str, object]) -> None:
    items = checklist.list_items(store, here["deployment_id"], as_of=here["at"].date())
    item_tasks.open_tasks(store, items=items, statuses={"missed_escalation_rate": "breach"}, **here)
