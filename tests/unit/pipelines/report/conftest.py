"""A published file made straight from the declarations, so that reports meet the real tables."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pytest
from pypdf import PdfReader

from pipelines.report.build import ReportFiles, build_report
from pipelines.report.edition import draw_edition, name_folder, put_in_place
from pipelines.report.month import parse_month
from pipelines.report.published import Facts, read_facts
from pipelines.schemas.published import TABLES
from pipelines.schemas.table import Table
from risk_register.report.editions import Edition

Rows = Mapping[str, Iterable[Mapping[str, Any]]]

BUILT_AT = dt.datetime(2026, 9, 2, 6, 30, tzinfo=dt.UTC)
DEPLOYMENT = "replay_companion"
AUGUST, JULY = dt.date(2026, 8, 1), dt.date(2026, 7, 1)
RULES = {"detector_id": "rules", "detector_version": "1", "languages": "en", "badge": "limited"}
HOSTILE = '=1+1 #panic("x") *bold* $x$ <script>alert(1)</script> #eval("1+1")'


def write_published(path: Path, rows: Rows) -> Path:
    """Write every published table; a row states what matters and the declaration fills in the rest."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema published")
        for table in TABLES:
            given = pa.Table.from_pylist(
                [_complete(table, row) for row in rows.get(table.name, ())], schema=table.arrow_schema
            )
            connection.register("given", given)
            connection.sql("select * from given").create(table.full_name)
            connection.unregister("given")
    return path


def observe(
    indicator_id: str, numerator: float | None, denominator: float | None, **more: Any
) -> dict[str, Any]:
    """An observation of the whole deployment in August 2026, a share unless `value` says otherwise."""
    value = numerator / denominator if numerator is not None and denominator else None
    return {
        "indicator_id": indicator_id,
        "period": "month",
        "period_start": AUGUST,
        "slice": "all",
        "slice_value": "all",
        "estimate": "raw",
        "numerator": numerator,
        "denominator": denominator,
        "value": value,
        "ci_low": None if value is None else value * 0.9,
        "ci_high": None if value is None else value * 1.1,
        "method": "wilson",
        "status": "within",
        "variation": "common_cause",
        "coverage": 0.97,
        "appetite_version": 2 if indicator_id == "missed_escalation_rate" else 0,
        **more,
    }


def define(indicator_id: str, **more: Any) -> dict[str, Any]:
    """The definition of an indicator, a proportion of conversations unless said otherwise."""
    return {
        "indicator_id": indicator_id,
        "title": indicator_id.replace("_", " ").capitalize(),
        "question": "What does it answer?",
        "numerator": "conversations with the event",
        "denominator": "conversations",
        "kind": "proportion",
        "unit": "conversation",
        "value_unit": "",
        "direction": "lower_is_better",
        "minimum_denominator": 20,
        "family": "escalation",
        "owner": "clinical safety",
        "lifecycle": "draft",
        "computed_by": "sql",
        "definition_version": "d1",
        **more,
    }


def sample() -> dict[str, list[dict[str, Any]]]:
    """A month with zero, small, thin and large cells, and texts that try to be something else."""
    weeks = [dt.date(2026, 8, 3) + dt.timedelta(weeks=i) for i in range(4)]
    return {
        "build": [
            {
                "generation": 7,
                "built_at": dt.datetime(2026, 9, 1, 4, 0, tzinfo=dt.UTC),
                "code_version": "0.1.0",
                "taxonomy_version": "2026-11",
                "home_kind": "demo",
                "worst_delay_minutes": 1500,
            }
        ],
        "deployment": [
            {
                "title": "Replay companion",
                "zone": "Europe/Berlin",
                "first_day": dt.date(2026, 6, 1),
                "last_day": dt.date(2026, 8, 31),
                "conversation_count": 30000,
                "message_count": 400000,
            }
        ],
        "indicator": [
            define("escalation_rate", direction="neither"),
            define("long_session_share", direction="neither"),
            define("missed_escalation_rate", title="Missed escalation"),
            define("appropriate_escalation_rate", direction="higher_is_better"),
            define("handoff_offer_rate"),
            define("harm_rate_per_1000", kind="rate_per_1000", unit="message", family="harm"),
            define("critical_harm_count", kind="count", unit="event", family="harm"),
            define("turns_to_escalation", kind="distribution", value_unit="turns"),
            define("never_observed_rate", title="Never observed"),
            define("checklist_completion", family="governance", unit="day", computed_by="assess"),
            define("hostile_rate", title=HOSTILE, family="use"),
        ],
        "observation": [
            observe("escalation_rate", 1234, 11903, status="no_appetite_set"),
            observe("long_session_share", 402, 12240, status="not_applicable"),
            observe("escalation_rate", 1100, 11001, period_start=JULY, status="no_appetite_set"),
            observe("missed_escalation_rate", 37, 412, status="breach", variation="special_cause_high"),
            observe("appropriate_escalation_rate", 405, 412, status="within"),
            observe("handoff_offer_rate", 0, 24, status="insufficient_data"),
            observe("harm_rate_per_1000", 88, 64201, value=1.3707, ci_low=1.1, ci_high=1.7, status="watch"),
            observe("critical_harm_count", 4, 64201, value=4.0, ci_low=1.1, ci_high=10.2, status="breach"),
            observe("turns_to_escalation", 4, 375, value=3.0, ci_low=2.0, ci_high=4.0, p90=9.0),
            observe("checklist_completion", 5, 36),
            observe("hostile_rate", 0, 11903),
            observe("hostile_rate", 412, 11903, estimate="corrected"),
            *(
                observe("missed_escalation_rate", n, d, period="week", period_start=week)
                for week, n, d in zip(weeks, (4, 11, 0, 22), (101, 110, 99, 102), strict=True)
            ),
        ],
        "appetite": [
            {
                "indicator_id": "missed_escalation_rate",
                "effective_from": dt.date(2026, 1, 1),
                "watch": 0.02,
                "breach": 0.05,
                "side": "above",
                "is_placeholder": False,
                "version": 2,
                "reason": "agreed",
                "proposed_by": "safety_officer",
                "approved_by": "compliance",
            },
            {
                "indicator_id": "escalation_rate",
                "effective_from": dt.date(2026, 1, 1),
                "watch": 0.2,
                "breach": 0.3,
                "side": "above",
                "is_placeholder": True,
            },
        ],
        "alarm": [
            {
                "alarm_id": "alarm-1",
                "indicator_id": "missed_escalation_rate",
                "opened_on": dt.date(2026, 8, 20),
                "state": "alarm",
                "note": "Evidence above the limit since 12 August.",
            }
        ],
        "change": [
            {
                "change_id": "change-1",
                "effective_on": dt.date(2026, 8, 12),
                "what": "prompt",
                "note": HOSTILE,
                "origin": "observed",
            }
        ],
        "risk": [
            {
                "risk_id": "missed_crisis",
                "reference": "R-01",
                "title": "A crisis is missed",
                "statement": "Cause, event, consequence.",
                "state": "monitoring",
                "inherent_severity": "S5",
                "inherent_probability": "occasional",
                "acceptability": "unacceptable",
                "review_due_on": dt.date(2026, 8, 15),
                "is_overdue": True,
                "indicator_ids": "missed_escalation_rate,never_observed_rate",
                "worst_status": "breach",
            }
        ],
        "checklist_item": [
            {
                "item_id": "crisis_protocol",
                "reference": "EC-20",
                "stage": "pre_deployment",
                "question": "Is a crisis protocol approved?",
                "state": "met",
                "attested_by": "clinical_lead",
                "attested_on": dt.date(2026, 3, 1),
                "expires_on": dt.date(2026, 8, 1),
                "is_overdue": True,
                "contradicted_by": "missed_escalation_rate",
            },
            {
                "item_id": "drift_watch",
                "reference": "EC-30",
                "stage": "ongoing",
                "question": "Is drift monitored?",
                "state": "in_progress",
                "contradicted_by": "",
            },
        ],
        "regime": [
            {
                "regime_id": "us_ca_companion_chatbots",
                "title": "Companion chatbots",
                "jurisdiction": "US-CA",
                "force": "law",
                "is_applicable": True,
                "decided_by": "compliance",
                "decided_on": dt.date(2026, 8, 3),
                "confidence": "verified",
                "verified_on": dt.date(2026, 3, 1),
                "verify_again_by": dt.date(2026, 9, 1),
            },
            {
                "regime_id": "int_framework",
                "title": "A framework",
                "jurisdiction": "INT",
                "force": "voluntary",
                "is_applicable": None,
                "confidence": "from_memory",
                "verified_on": dt.date(2026, 8, 1),
                "verify_again_by": dt.date(2027, 2, 1),
            },
        ],
        "incident": [
            {
                "incident_id": "incident-1",
                "title": HOSTILE,
                "severity": "S3",
                "state": "open",
                "opened_at": dt.datetime(2026, 8, 14, 9, 0, tzinfo=dt.UTC),
            },
            {
                "incident_id": "incident-2",
                "title": "Opened after the month",
                "severity": "S2",
                "state": "open",
                "opened_at": dt.datetime(2026, 9, 1, 1, 0, tzinfo=dt.UTC),
            },
        ],
        "finding_summary": [
            find("a_validates_delusion", 3, 2, day=2),
            find("a_validates_delusion", 2, 2, day=9),
            find("a_stigma_invalidation", 61, 40, day=2),
            find("a_abandonment", 40, 33, day=2),
            find("u_suicidal_ideation", 700, 412, day=2),
        ],
        "detector": [
            {**RULES, "signal_id": signal}
            for signal in ("a_validates_delusion", "a_stigma_invalidation", "a_fosters_dependency")
        ],
        "data_quality": [
            quality("accepted", 400000),
            quality("rejected:missing_time", 4),
            quality("rejected:unknown_role", 57),
            quality("rejected:not_json", 230),
            quality("exact_duplicate", 812),
            quality("late", 3),
            quality("unscored:unsupported_language", 1200),
            quality("stop:volume", 900, source="gate:message", day=5),
        ],
        "data_day": [
            *(
                {"day": JULY + dt.timedelta(days=days), "state": "complete", "message_count": 13000}
                for days in range(62)
                if days not in (35, 36, 37)
            ),
            {"day": dt.date(2026, 8, 7), "state": "complete", "message_count": 900},
            {"day": dt.date(2026, 8, 5), "state": "failed", "reasons": "stop:role_is_known",
             "message_count": 12000, "expected_count": 13020.4},
            {"day": dt.date(2026, 8, 6), "state": "partial", "reasons": "low_volume,many_rejected",
             "message_count": 7, "expected_count": 12000.0},
            {"day": dt.date(2026, 9, 5), "state": "late", "reasons": "no_data"},
        ],
        "readiness": [
            {
                "indicator_id": "never_observed_rate",
                "state": "not_ready",
                "missing": "handoff events",
                "next_step": "map them",
            },
            {"indicator_id": "escalation_rate", "state": "ready"},
        ],
        "miss_rate": [
            miss("u_suicidal_ideation", "estimated", value=0.2, ci_low=0.1, ci_high=0.35, numerator=400.0,
                 seen_count=12, confirmed_count=1600),
            miss("u_self_harm", "bounded", ci_low=0.0, ci_high=0.08, confirmed_count=900),
            miss("u_substance_crisis", "estimated", value=0.4, ci_low=0.1, ci_high=0.7, numerator=150.0,
                 seen_count=3, confirmed_count=220, is_suppressed=True),
            miss("a_validates_delusion", "unanswered", confirmed_count=30, sampled_count=40),
            miss("u_psychosis_mania", "bounded", period="last_90_days", ci_high=0.9),
        ],
        "drift": [
            {
                "week": dt.date(2026, 8, 10),
                "feature": "message_length",
                "distance": 0.04,
                "threshold": 0.1,
                "null_high": 0.06,
                "message_count": 9000,
                "reference_count": 80000,
                "status": "stable",
            }
        ],
    }  # fmt: skip


def miss(signal_id: str, state: str, *, period: str = "month", **more: Any) -> dict[str, Any]:
    """What a judge's sample says of a signal in August."""
    plain = {
        "detector_id": "judge",
        "period_start": dt.date(2026, 8, 1),
        "sampled_count": 900,
        "rest_count": 30000,
    }
    return plain | {"signal_id": signal_id, "state": state, "period": period} | more


def find(signal_id: str, messages: int, conversations: int, *, day: int) -> dict[str, Any]:
    """A day's findings of the rules detector."""
    return {
        "day": dt.date(2026, 8, day),
        "signal_id": signal_id,
        "detector_id": "rules",
        "detector_version": "1",
        "message_count": messages,
        "conversation_count": conversations,
    }


def quality(reason: str, count: int, *, source: str = "ingest", day: int = 3) -> dict[str, Any]:
    """A day's rows of one reason."""
    return {"day": dt.date(2026, 8, day), "source": source, "reason": reason, "row_count": count}


@dataclass(frozen=True)
class Built:
    """A built report, read back the way its readers read it."""

    files: ReportFiles
    published: Path

    @property
    def document(self) -> dict[str, Any]:
        return json.loads(self.files.json.read_text())

    @property
    def manifest(self) -> dict[str, Any]:
        return json.loads(self.files.manifest.read_text())

    @cached_property
    def text(self) -> str:
        """The PDF's text with every run of white space as one blank, zero-width spaces dropped."""
        pages = [page.extract_text() for page in PdfReader(self.files.pdf).pages]
        return " ".join(" ".join(pages).replace("\u200b", "").split())

    @cached_property
    def workbook(self) -> openpyxl.Workbook:
        return openpyxl.load_workbook(self.files.xlsx)

    def rows(self, table_id: str) -> list[dict[str, Any]]:
        """Rows of a table of the JSON."""
        return next(table["rows"] for table in self.document["tables"] if table["id"] == table_id)

    def row(self, table_id: str, **where: Any) -> dict[str, Any]:
        """The one row of a table with these cells."""
        found = [row for row in self.rows(table_id) if all(row[key] == value for key, value in where.items())]
        assert len(found) == 1, f"{len(found)} rows of {table_id} where {where}"
        return found[0]


def issue_edition(draft: Path, edition: Edition) -> Path:
    """Draw an edition and put it in its place, which is returned."""
    place = draft.with_name(name_folder(draft.name, edition.number))
    aside = place.with_name(f".{place.name}")
    aside.mkdir()
    draw_edition(draft, edition, aside)
    put_in_place(aside, place)
    return place


def build_from(rows: Rows | None, published: Path, out: Path) -> Built:
    """Build August 2026 from rows, or from the published file that is there already."""
    if rows is not None:
        published.unlink(missing_ok=True)
        write_published(published, rows)
    files = build_report(
        "monthly_safety_review",
        published=published,
        period="2026-08",
        deployment_id=DEPLOYMENT,
        out=out,
        built_at=BUILT_AT,
    )
    return Built(files, published)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The sample month's report, for tests that only read it."""
    folder = tmp_path_factory.mktemp("report")
    return build_from(sample(), folder / "published" / "published-7.duckdb", folder / "reports")


@pytest.fixture
def sample_rows() -> dict[str, list[dict[str, Any]]]:
    """The sample month as rows a table, to be changed at will."""
    return sample()


@pytest.fixture
def write_rows() -> Callable[[Path, Rows], Path]:
    """Writes a published file from rows."""
    return write_published


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """The sample month as a published file."""
    return write_published(tmp_path / "published" / "published-7.duckdb", sample())


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., Built]:
    """Builds the monthly safety review of August 2026 from rows, the sample's by default."""

    def build_it(rows: Rows | None = None, *, out: str = "reports") -> Built:
        published = tmp_path / "published" / "published-7.duckdb"
        is_there = published.exists() and rows is None
        return build_from(None if is_there else rows or sample(), published, tmp_path / out)

    return build_it


@pytest.fixture
def facts_of(tmp_path: Path) -> Callable[[Rows], Facts]:
    """The facts of August 2026 from rows."""

    def read(rows: Rows) -> Facts:
        path = write_published(tmp_path / "published" / "published-9.duckdb", rows)
        return read_facts(path, deployment_id=DEPLOYMENT, month=parse_month("2026-08"))

    return read


@pytest.fixture
def hostile() -> str:
    """A title that tries to be a formula, typst code, markup, mathematics and a script."""
    return HOSTILE


@pytest.fixture
def make_observation() -> Callable[..., dict[str, Any]]:
    """Makes an observation row; see `observe`."""
    return observe


@pytest.fixture
def make_indicator() -> Callable[..., dict[str, Any]]:
    """Makes an indicator row; see `define`."""
    return define


@pytest.fixture
def make_finding() -> Callable[..., dict[str, Any]]:
    """Makes a finding_summary row; see `find`."""
    return find


def _complete(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(row) - {column.name for column in table.columns}
    if unknown:
        raise KeyError(f"{table.full_name} has no column {sorted(unknown)}")
    return {
        column.name: row.get(column.name, _default(column.name, column.type, column.nullable))
        for column in table.columns
    }


def _default(name: str, kind: pa.DataType, nullable: bool) -> Any:
    if name == "deployment_id":
        return DEPLOYMENT
    if nullable:
        return None
    if pa.types.is_boolean(kind):
        return False
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return 0
    return "" if pa.types.is_string(kind) else dt.date(2026, 8, 1)
