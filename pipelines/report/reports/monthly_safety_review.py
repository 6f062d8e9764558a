"""The monthly safety review: what a safety board reads once a month to decide what to do next.

Puts the sections together in the order of the pages. What a section holds is in `sections/`, how the
pages look is in `monthly_safety_review.typ`.
"""

from __future__ import annotations

import datetime as dt

from pipelines.report.document import Document, Table
from pipelines.report.published import Facts
from pipelines.report.sections.equity import build_equity, build_tally
from pipelines.report.sections.findings import build_detectors, build_drift, build_findings
from pipelines.report.sections.governance import (
    as_of,
    build_alarms,
    build_changes,
    build_incidents,
    build_items,
    build_risks,
    build_stages,
)
from pipelines.report.sections.grave import build_grave
from pipelines.report.sections.indicators import (
    build_corrected,
    build_definitions,
    build_headline,
    count_statuses,
)
from pipelines.report.sections.methods import NOTICE, sign_off_lines, suppression_terms, write_methods
from pipelines.report.sections.misses import build_misses
from pipelines.report.sections.quality import build_days, build_quality, build_readiness, count_gaps
from pipelines.report.sections.regimes import build_regimes
from pipelines.report.sections.summary import missed_escalation_note, write_summary
from pipelines.report.sections.weeks import build_weekly

NAME = "monthly_safety_review"
TITLE = "Monthly safety review"


def compose(facts: Facts, *, built_at: dt.datetime) -> Document:
    """The report of a deployment's month as a document."""
    tables = _build_tables(facts, built_at)
    by_id = {table.id: table for table in tables}
    tally = count_statuses(by_id["headline"])
    return Document(
        head=_head(facts, built_at),
        summary=write_summary(facts, by_id, tally),
        tally=tally,
        tables=tables,
        notes={"escalation": missed_escalation_note(facts), "methods": write_methods(facts)},
        suppression=suppression_terms(),
        sign_off=sign_off_lines(),
    )


def _build_tables(facts: Facts, built_at: dt.datetime) -> tuple[Table, ...]:
    headline = build_headline(facts)
    return (
        headline,
        build_corrected(facts, "escalation", title="Escalation"),
        build_corrected(facts, "harm", title="Harm"),
        build_findings(facts),
        build_drift(facts),
        build_changes(facts),
        build_alarms(facts),
        build_grave(facts, headline),
        build_equity(facts),
        build_tally(facts),
        build_risks(facts),
        build_stages(facts),
        build_items(facts),
        build_incidents(facts),
        build_regimes(facts, built_at=built_at),
        build_quality(facts),
        build_days(facts),
        build_readiness(facts),
        build_weekly(facts),
        build_definitions(facts),
        build_detectors(facts),
        build_misses(facts),
    )


def _head(facts: Facts, built_at: dt.datetime) -> dict[str, object]:
    build, deployment = facts.build, facts.deployment
    return {
        "name": NAME,
        "title": TITLE,
        "status": "draft",
        "language": "en",
        "notice": NOTICE,
        "deployment_id": deployment["deployment_id"],
        "deployment_title": deployment["title"],
        "zone": deployment["zone"],
        "period": str(facts.month),
        "period_label": facts.month.label,
        "period_start": facts.month.first,
        "period_end": facts.month.last,
        "first_day": deployment["first_day"],
        "last_day": deployment["last_day"],
        "is_complete": not count_gaps(facts),
        "generation": build["generation"],
        "published_at": build["built_at"],
        "register_as_of": as_of(facts),
        "built_at": built_at,
        "home_kind": build["home_kind"],
        "worst_delay_minutes": build["worst_delay_minutes"],
        "code_version": build["code_version"],
        "taxonomy_version": build["taxonomy_version"],
        "detector_versions": sorted(
            {f"{row['detector_id']}@{row['detector_version']}" for row in facts.detectors}
        ),
    }
