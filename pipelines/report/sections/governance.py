"""What people decided: register, checklist, incidents, changes, alarms. It counts items, not people."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from zoneinfo import ZoneInfo

from pipelines.report.document import Cell, Column, Kind, Mark, Row, Table
from pipelines.report.published import RANK, Facts, Status
from risk_register.register.kris import split_name

STAGES = ("development", "pre_deployment", "deployment", "ongoing")
STATES = ("met", "met_with_exceptions", "in_progress", "not_started", "not_met", "not_applicable")
ATTESTED = frozenset({"met", "met_with_exceptions"})
RESOLUTION_WORDS = {
    "true": "resolved: true",
    "false": "resolved: false, chance",
    "data": "resolved: a fault of the data",
    "expected": "resolved: expected",
    "passed": "passed; nobody has said what it was",
}

RISK_COLUMNS = (
    Column("reference", "Reference", width=10),
    Column("title", "Risk", width=40),
    Column("statement", "Cause, event, consequence", width=60),
    Column("state", "State", width=18),
    Column("inherent", "Inherent", width=16),
    Column("residual", "Residual", width=16),
    Column("acceptability", "Acceptability", width=14),
    Column("owner", "Owner", width=20),
    Column("review_due_on", "Review due", Kind.DATE, 12),
    Column("is_overdue", "Review overdue", Kind.FLAG, 10),
    Column("kris", "Key risk indicators", width=60),
    Column("worst_status", "Worst status", Kind.STATUS, 18),
)
STAGE_COLUMNS = (
    Column("stage", "Stage", width=18),
    Column("items", "Items", Kind.COUNT, 8),
    *(Column(state, state.replace("_", " ").capitalize(), Kind.COUNT, 14) for state in STATES),
    Column("overdue", "Overdue", Kind.COUNT, 10),
    Column("contradicted", "Contradicted by data", Kind.COUNT, 14),
)
ITEM_COLUMNS = (
    Column("reference", "Reference", width=10),
    Column("stage", "Stage", width=16),
    Column("question", "Question", width=60),
    Column("state", "State", width=18),
    Column("attested_by", "Attested by", width=20),
    Column("attested_on", "Attested on", Kind.DATE, 12),
    Column("expires_on", "Expires on", Kind.DATE, 12),
    Column("is_overdue", "Overdue", Kind.FLAG, 10),
    Column("waived_until", "Waived until", Kind.DATE, 12),
    Column("contradicted_by", "Contradicted by", width=40),
    Column("attention", "Needs attention", width=30),
)
INCIDENT_COLUMNS = (
    Column("incident_id", "Id", width=16),
    Column("opened_on", "Opened", Kind.DATE, 12),
    Column("closed_on", "Closed", Kind.DATE, 12),
    Column("severity", "Severity", width=10),
    Column("state", "State", width=18),
    Column("title", "Title", width=60),
    Column("is_new", "Opened this month", Kind.FLAG, 12),
)
CHANGE_COLUMNS = (
    Column("effective_on", "From", Kind.DATE, 12),
    Column("what", "What", width=14),
    Column("note", "Change", width=60),
    Column("origin", "Origin", width=12),
    Column("is_planned", "Planned", Kind.FLAG, 10),
    Column("declared_by", "Declared by", width=20),
    Column("is_new", "In this month", Kind.FLAG, 12),
)
ALARM_COLUMNS = (
    Column("opened_on", "Opened", Kind.DATE, 12),
    Column("closed_on", "Until", Kind.DATE, 12),
    Column("title", "Indicator", width=34),
    Column("state", "State", width=30),
    Column("note", "What it says", width=70),
)


def build_risks(facts: Facts) -> Table:
    """The register with each risk's key risk indicators and how they stand this month; worst first."""
    rows = [_risk_row(facts, risk) for risk in facts.risks]
    rows.sort(key=lambda row: (-RANK[Status(str(row["worst_status"]))], str(row["reference"])))
    return Table(
        "risks",
        "Risk register",
        RISK_COLUMNS,
        tuple(rows),
        note="The worst status is that of the linked indicators in the newest complete week of each; "
        "unknown ranks above within.",
        empty="The register of this deployment is empty.",
    )


def build_stages(facts: Facts) -> Table:
    """How many checklist items of each stage are in each state."""
    named = [*STAGES, *sorted({row["stage"] for row in facts.checklist} - set(STAGES))]
    rows = [_stage_row(stage, [row for row in facts.checklist if row["stage"] == stage]) for stage in named]
    return Table(
        "checklist_stages",
        "Ethics checklist by stage",
        STAGE_COLUMNS,
        tuple(row for row in rows if row["items"]),
        empty="The checklist of this deployment is empty.",
    )


def build_items(facts: Facts) -> Table:
    """Every checklist item, with what makes it need attention."""
    rows = tuple(
        {
            **row,
            "attested_by": row["attested_by"] or Mark.NONE,
            "waived_until": row["waived_until"] or Mark.NONE,
            "state": f"{row['state']}, evidence withdrawn" if row["is_evidence_withdrawn"] else row["state"],
            "contradicted_by": _titles(row["contradicted_by"], facts.titles) or Mark.NONE,
            "attention": ", ".join(_attention(row)) or Mark.NONE,
        }
        for row in facts.checklist
    )
    return Table(
        "checklist",
        "Ethics checklist, all items",
        ITEM_COLUMNS,
        rows,
        note="A breached indicator never changes an attestation; it stands beside it until a person decides. "
        "An item that two people have waived is not overdue until its waiver ends.",
        empty="The checklist of this deployment is empty.",
    )


def build_incidents(facts: Facts) -> Table:
    """Incidents that were open on a day of the month."""
    zone = ZoneInfo(facts.deployment["zone"])
    rows: list[Row] = []
    for row in facts.incidents:
        opened_on = row["opened_at"].astimezone(zone).date()
        closed_on = row["closed_at"].astimezone(zone).date() if row["closed_at"] else None
        if opened_on <= facts.month.last and (closed_on is None or closed_on >= facts.month.first):
            is_new = opened_on >= facts.month.first
            rows.append(
                {**row, "opened_on": opened_on, "closed_on": closed_on or Mark.NONE, "is_new": is_new}
            )
    return Table(
        "incidents",
        "Incidents",
        INCIDENT_COLUMNS,
        tuple(rows),
        note="Open on a day of the month, whenever opened; the state is that of the day of the build.",
        empty="No incident was open in the month.",
    )


def build_changes(facts: Facts) -> Table:
    """Changes that took effect in the weeks drawn, those of the month marked."""
    rows = tuple(
        {
            **row,
            "is_planned": Mark.UNKNOWN if row["is_planned"] is None else row["is_planned"],
            "declared_by": row["declared_by"] or Mark.NONE,
            "is_new": row["effective_on"] >= facts.month.first,
        }
        for row in facts.changes
    )
    return Table(
        "changes",
        "Changes",
        CHANGE_COLUMNS,
        rows,
        note="Of the month and of the weeks drawn before it; declared by a person or by the release process, "
        "or seen in the logs.",
        empty="No change was declared or seen in the month or in the weeks drawn before it.",
    )


def build_alarms(facts: Facts) -> Table:
    """Alarms that were open on a day of the month."""
    rows = tuple(
        {
            **row,
            "title": facts.titles.get(row["indicator_id"], row["indicator_id"]),
            "closed_on": row["closed_on"] or Mark.NONE,
            "state": RESOLUTION_WORDS.get(row["resolution"], row["state"]),
        }
        for row in facts.alarms
    )
    return Table(
        "alarms",
        "Alarms",
        ALARM_COLUMNS,
        rows,
        note="Open on a day of the month, whenever opened; from sequential detectors with a budget of false "
        "alarms. Until: the day from which the data no longer support it. The state is that of the day of "
        "the build.",
        empty="No alarm was open in the month.",
    )


def as_of(facts: Facts) -> dt.date:
    """The day of the register's copy, in the deployment's zone."""
    built_at: dt.datetime = facts.build["built_at"]
    return built_at.astimezone(ZoneInfo(facts.deployment["zone"])).date()


def _risk_row(facts: Facts, risk: Row) -> dict[str, Cell]:
    residual = [risk["residual_severity"], risk["residual_probability"]]
    return {
        **risk,
        "inherent": f"{risk['inherent_severity']}, {risk['inherent_probability']}",
        "residual": ", ".join(residual) if all(residual) else Mark.NOT_SET,
        "owner": risk["owner"] or Mark.NOT_SET,
        "review_due_on": risk["review_due_on"] or Mark.NOT_SET,
        "kris": _kris(facts, risk["indicator_ids"]) or Mark.NOT_SET,
        "worst_status": risk["worst_status"] if risk["worst_status"] in RANK else Status.NOT_MEASURED,
    }


def _kris(facts: Facts, indicator_ids: str) -> str:
    parts = []
    for name in _split(indicator_ids):
        indicator_id, part, value = split_name(name)
        observation = facts.find(indicator_id, facts.month, of=(part, value))
        status = Status.NOT_MEASURED if observation is None else Status(observation.status)
        title = facts.titles.get(indicator_id, indicator_id)
        where = "" if part == "all" else f" ({part.replace('_', ' ')} {value})"
        parts.append(f"{title}{where}: {status.replace('_', ' ')}")
    return "; ".join(parts)


def _stage_row(stage: str, items: list[Row]) -> dict[str, Cell]:
    states = Counter(row["state"] for row in items)
    return {
        "stage": stage.replace("_", " ").capitalize(),
        "items": len(items),
        **{state: states[state] for state in STATES},
        "overdue": sum(row["is_overdue"] for row in items),
        "contradicted": sum(bool(row["contradicted_by"]) for row in items),
    }


def _attention(row: Row) -> list[str]:
    reasons = []
    if row["contradicted_by"]:
        reasons.append("met, contradicted by data" if row["state"] in ATTESTED else "contradicted by data")
    if row["is_evidence_withdrawn"]:
        reasons.append("evidence withdrawn")
    if row["is_overdue"]:
        reasons.append("overdue")
    if row["state"] == "not_met":
        reasons.append("not met")
    if row["waived_until"]:
        reasons.append(f"waived until {row['waived_until']}")
    return reasons


def _titles(indicator_ids: str, titles: dict[str, str]) -> str:
    return ", ".join(titles.get(indicator_id, indicator_id) for indicator_id in _split(indicator_ids))


def _split(indicator_ids: str) -> list[str]:
    return [part.strip() for part in indicator_ids.split(",") if part.strip()]
