"""A small published file built from the declared tables, with rows as plausible as invented ones can be.

Two deployments: `harbor_companion` (everything a page must be able to show, blemishes included) and
`quiet_cove` (little data). Tests say only what differs.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from methods.intervals import clopper_pearson, poisson_rate
from pipelines.schemas.published import TABLES

LAST_DAY = date(2026, 11, 20)  # a Friday: its week is partial
BUILT_AT = datetime(2026, 11, 21, 4, 10, tzinfo=UTC)
WEEKS = 16
HARBOR, COVE = "harbor_companion", "quiet_cove"
SLICES = {
    "language": (("en", 0.72), ("es", 0.2), ("pl", 0.06), ("unknown", 0.02)),
    "model": (("gpt-5.1", 0.55), ("gpt-5.2", 0.45)),
    "age_band": (("18-24", 0.35), ("25-44", 0.4), ("under_18", 0.05), ("unknown", 0.2)),
}

Row = dict[str, Any]


@dataclass(frozen=True)
class Made:
    """An invented indicator: its definition and how its numbers fall."""

    indicator_id: str
    title: str
    family: str
    kind: str
    direction: str
    per_day: float
    rate: float
    unit: str = "conversation"
    watch: float | None = None
    breach: float | None = None
    is_approved: bool = True
    trend: float = 0.0
    coverage: float = 1.0
    missing_weeks: tuple[int, ...] = ()


INDICATORS = (
    Made(
        "missed_escalation_rate",
        "Missed escalation",
        "escalation",
        "proportion",
        "lower_is_better",
        9,
        0.05,
        watch=0.05,
        breach=0.1,
        trend=0.006,
        coverage=0.97,
        missing_weeks=(8,),
    ),
    Made(
        "appropriate_escalation_rate",
        "Escalation at risk",
        "escalation",
        "proportion",
        "higher_is_better",
        9,
        0.93,
        watch=0.95,
        breach=0.9,
        trend=-0.003,
    ),
    Made(
        "over_escalation_rate",
        "Escalation without need",
        "escalation",
        "proportion",
        "lower_is_better",
        210,
        0.021,
        watch=0.05,
        breach=0.1,
    ),
    Made(
        "turns_to_escalation",
        "Turns to escalation",
        "escalation",
        "distribution",
        "lower_is_better",
        8,
        2.0,
        watch=3,
        breach=5,
        is_approved=False,
    ),
    Made(
        "crisis_notification_count",
        "Crisis notices issued",
        "escalation",
        "count",
        "neither",
        8,
        1.0,
        unit="event",
    ),
    Made(
        "handoff_completion_rate",
        "Handoffs completed",
        "escalation",
        "proportion",
        "higher_is_better",
        1.1,
        0.8,
        unit="event",
        watch=0.9,
        breach=0.8,
    ),
    Made(
        "harm_rate_per_1000",
        "Harmful replies",
        "harm",
        "rate_per_1000",
        "lower_is_better",
        2600,
        1.1,
        unit="message",
        watch=1.5,
        breach=3,
    ),
    Made(
        "critical_harm_count",
        "Critical harm",
        "harm",
        "count",
        "lower_is_better",
        2600,
        0.0,
        unit="message",
        watch=0.5,
        breach=1,
    ),
    Made(
        "validated_delusion_rate",
        "Delusions validated",
        "harm",
        "proportion",
        "lower_is_better",
        1.2,
        0.04,
        watch=0.02,
        breach=0.05,
    ),
    Made(
        "stigma_rate_per_1000",
        "Stigmatising replies",
        "harm",
        "rate_per_1000",
        "lower_is_better",
        2600,
        0.35,
        unit="message",
        watch=0.5,
        breach=1,
        is_approved=False,
    ),
    Made(
        "abandonment_rate",
        "Abandoned in crisis",
        "harm",
        "proportion",
        "lower_is_better",
        9,
        0.012,
        watch=0.01,
        breach=0.03,
    ),
    Made(
        "ai_disclosure_rate",
        "Says that it is a machine",
        "disclosure",
        "proportion",
        "higher_is_better",
        240,
        0.992,
        watch=0.99,
        breach=0.95,
    ),
    Made("si_prevalence", "Suicidal thoughts", "use", "proportion", "neither", 240, 0.022),
    Made("night_use_share", "Use at night", "use", "proportion", "neither", 240, 0.19),
    Made(
        "ai_reliance_rate",
        "Reliance on the assistant",
        "use",
        "proportion",
        "lower_is_better",
        120,
        0.031,
        unit="user_week",
        watch=0.05,
        breach=0.1,
        is_approved=False,
        trend=0.0015,
    ),
    Made(
        "drift_index",
        "Drift",
        "drift",
        "index",
        "lower_is_better",
        2600,
        0.06,
        unit="day",
        watch=0.1,
        breach=0.2,
    ),
    Made(
        "data_unscored_share",
        "Unscored messages",
        "quality",
        "proportion",
        "lower_is_better",
        2600,
        0.013,
        unit="message",
        watch=0.02,
        breach=0.1,
    ),
)


def publish(
    folder: Path,
    *,
    generation: int = 7,
    home_kind: str = "demo",
    tables: Mapping[str, Iterable[Row]] | None = None,
) -> Path:
    """Write one generation and make it current; `tables` replaces the rows of whole tables."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, Iterable[Row]] = {
        **make_tables(generation=generation, home_kind=home_kind),
        **(tables or {}),
    }
    name = f"published-{generation}.duckdb"
    write_file(folder / name, rows)
    (folder / "current").write_text(f"{name}\n")
    return folder / name


def write_file(path: Path, rows: Mapping[str, Iterable[Row]]) -> None:
    """A DuckDB file with every declared table, filled with the rows given."""
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema published")
        for table in TABLES:
            made = pa.Table.from_pylist(list(rows.get(table.name, ())), schema=table.arrow_schema)
            connection.from_arrow(made).create(table.full_name)


def make_bridge(**more: Any) -> Row:
    """Two versions of the rules, of which the new one finds a little more."""
    return {
        "deployment_id": HARBOR,
        "signal_id": "u_suicidal_ideation",
        "old_version": "lexicon@1.0-aa",
        "new_version": "lexicon@1.1-bb",
        "is_trial": False,
        "first_day": date(2026, 10, 1),
        "last_day": date(2026, 10, 28),
        "day_count": 28,
        "both_count": 180,
        "old_count": 200,
        "new_count": 216,
        "agreement": 0.865,
        "ratio": 1.08,
        "ci_low": 1.02,
        "ci_high": 1.14,
        "is_suppressed": False,
    } | more


def make_miss_rates() -> list[Row]:
    """What a judge's sample says of four signals: a share, a bound, a number without a share, nothing."""
    sample = {"passed_count": 1_840, "rest_count": 41_200, "sampled_count": 2_310, "method": "weighted_gamma"}
    none = dict.fromkeys(("numerator", "denominator", "value"))
    bound = {"numerator_low": 0.0, "numerator_high": 65.8}
    return [
        make_miss_rate("u_suicidal_ideation", "estimated", **sample),
        make_miss_rate("u_suicidal_ideation", "estimated", period="month", is_suppressed=True, **sample),
        make_miss_rate(
            "u_self_harm", "bounded", seen_count=0, ci_low=0.0, ci_high=0.342, **sample | none | bound
        ),
        make_miss_rate(
            "u_substance_crisis", "none_confirmed", confirmed_count=0, ci_low=None, ci_high=None,
            **sample | none | {"numerator": 35.7, "numerator_low": 4.3, "numerator_high": 128.8},
        ),
        make_miss_rate(
            "a_validates_delusion", "too_few_sampled", sampled_count=12, rest_count=430, seen_count=0,
            ci_low=None, ci_high=None, method="none", **none,
            numerator_low=None, numerator_high=None,
        ),
    ]  # fmt: skip


def make_miss_rate(signal_id: str, state: str, *, period: str = "last_90_days", **more: Any) -> Row:
    """A judge read what was passed on and a sample of the rest; three misses were seen."""
    return {
        "deployment_id": HARBOR,
        "detector_id": "judge",
        "signal_id": signal_id,
        "period": period,
        "period_start": LAST_DAY - timedelta(days=89) if period != "month" else LAST_DAY.replace(day=1),
        "detector_version": "1-0a1b",
        "sieve_version": "5f0c",
        "first_day": LAST_DAY - timedelta(days=76),
        "last_day": LAST_DAY,
        "day_count": 77,
        "left_out_day_count": 13,
        "state": state,
        "numerator": 53.5,
        "denominator": 180.5,
        "value": 0.2964,
        "ci_low": 0.0799,
        "ci_high": 0.5519,
        "numerator_low": 11.03,
        "numerator_high": 156.4,
        "confirmed_count": 127,
        "seen_count": 3,
        "passed_count": 1_020,
        "unanswered_count": 4,
        "is_suppressed": False,
    } | more


def make_tables(*, generation: int = 7, home_kind: str = "demo") -> dict[str, list[Row]]:
    """Rows of every table that the pages read."""
    chance = random.Random(20261121)  # noqa: S311  invented numbers
    return {
        "build": [
            {
                "generation": generation,
                "built_at": BUILT_AT,
                "code_version": "0.1.0",
                "taxonomy_version": "2026.11",
                "home_kind": home_kind,
                "worst_delay_minutes": 1560,
            }
        ],
        "deployment": [
            _deployment(HARBOR, "Harbor companion", "Europe/Warsaw", 23_480, 301_112),
            _deployment(COVE, "Quiet cove", "UTC", 310, 4_020),
        ],
        "indicator": [make_indicator(made) for made in INDICATORS],
        "observation": [
            *make_observations(HARBOR, chance=chance, scale=1.0, generation=generation),
            *make_observations(COVE, chance=chance, scale=0.02, generation=generation),
        ],
        "appetite": [row for deployment in (HARBOR, COVE) for row in make_appetites(deployment)],
        "alarm": make_alarms(),
        "alarm_stream": make_streams(),
        "needs_eyes": make_grave_findings(),
        "change": make_changes(),
        "bridge": [make_bridge()],
        "miss_rate": make_miss_rates(),
        "data_quality": make_quality(chance),
        "data_day": make_data_days(),
        "data_alert": make_data_alerts(),
        "data_rule": make_rules(),
        "data_check": make_checks(),
        "field_completeness": make_fields(),
        "restatement": make_restatements(),
        "readiness": [row for deployment in (HARBOR, COVE) for row in make_readiness(deployment)],
        "language": make_languages(),
        "detector": make_detectors(),
        "detector_card": make_detector_cards(),
        "detector_figure": make_detector_figures(),
        "equity": make_equity(),
        "drift": make_drift(),
    }


def _deployment(deployment_id: str, title: str, zone: str, conversations: int, messages: int) -> Row:
    first = LAST_DAY - timedelta(weeks=WEEKS - 1, days=LAST_DAY.weekday())
    return {
        "deployment_id": deployment_id,
        "title": title,
        "zone": zone,
        "first_day": first,
        "last_day": LAST_DAY,
        "conversation_count": conversations,
        "message_count": messages,
    }


def make_indicator(made: Made) -> Row:
    """The definition of an invented indicator."""
    is_assessed = made.kind == "index" or made.family == "quality"
    sql = (
        f"-- {made.title}.\n-- Grain: one row a {made.unit}.\n"
        "-- Missing: a day without cases has no row.\n\n"
        "select\n    conversation.conversation_id as unit_id,\n    conversation.conversation_id,\n"
        "    conversation.started_at as occurred_at,\n"
        "    cast(not conversation.is_escalated_at_risk as integer) as numerator,\n"
        "    1 as denominator\nfrom fact.conversation\n"
        "where conversation.user_risk_level >= $escalation_level\n"
    )
    return {
        "indicator_id": made.indicator_id,
        "title": made.title,
        "question": f"{made.title}: how often, and is it more than we accept?",
        "numerator": f"{made.unit.replace('_', '-')}s in which it happened",
        "denominator": f"{made.unit.replace('_', '-')}s in which it could have happened",
        "kind": made.kind,
        "unit": made.unit,
        "value_unit": "turns" if made.kind == "distribution" else "",
        "direction": made.direction,
        "minimum_denominator": 20,
        "family": made.family,
        "owner": "clinical safety",
        "lifecycle": "draft",
        "computed_by": "assess" if is_assessed else "sql",
        "needs": "" if is_assessed else "signal:u_suicidal_ideation",
        "sql": "" if is_assessed else sql,
        "definition_version": "3f2a91c0",
    }


def observe(
    made: Made,
    *,
    deployment_id: str,
    period: str,
    start: date,
    of: tuple[str, str] = ("all", "all"),
    numerator: float | None,
    denominator: float | None,
    **more: Any,
) -> Row:
    """One observation with the interval of its kind and the status of its limits."""
    value, low, high, method = _estimate(made, numerator, denominator)
    row: Row = {
        "deployment_id": deployment_id,
        "indicator_id": made.indicator_id,
        "period": period,
        "period_start": start,
        "slice": of[0],
        "slice_value": of[1],
        "estimate": "raw",
        "numerator": numerator,
        "denominator": denominator,
        "value": value,
        "ci_low": low,
        "ci_high": high,
        "method": method,
        "status": _judge(made, value, denominator),
        "variation": "common_cause",
        "coverage": made.coverage,
        "is_suppressed": of != ("all", "all") and numerator is not None and 0 < numerator <= 10,
        "p90": value * 2.5 if made.kind == "distribution" and value is not None else None,
        "is_partial": False,
        "data_state": "complete",
        "definition_version": "3f2a91c0",
        "detector_version": "lexicon 1.4.0",
        "appetite_version": 1 if made.is_approved and made.watch is not None else 0,
        "generation": 7,
    }
    return {**row, **more}


def _estimate(
    made: Made, numerator: float | None, denominator: float | None
) -> tuple[float | None, float | None, float | None, str]:
    if numerator is None or not denominator:
        return None, None, None, "none"
    if made.kind == "proportion":
        low, high = clopper_pearson(numerator, denominator)
        return numerator / denominator, float(low), float(high), "clopper_pearson"
    if made.kind == "rate_per_1000":
        low, high = poisson_rate(numerator, denominator)
        return numerator / denominator * 1000, float(low), float(high), "poisson_exact"
    if made.kind == "count":
        low, high = poisson_rate(numerator, 1, per=1)
        return numerator, float(low), float(high), "poisson_exact"
    if made.kind == "index":
        return made.rate, None, None, "none"
    return made.rate, made.rate - 1, made.rate + 1, "order_statistics"


def _judge(made: Made, value: float | None, denominator: float | None) -> str:
    if made.direction == "neither":
        return "not_applicable"
    if value is None or (denominator or 0) < 20:
        return "insufficient_data"
    if not made.is_approved or made.watch is None or made.breach is None:
        return "no_appetite_set"
    is_past = (
        (lambda limit: value > limit)
        if made.direction == "lower_is_better"
        else (lambda limit: value < limit)
    )
    return "breach" if is_past(made.breach) else "watch" if is_past(made.watch) else "within"


def make_observations(
    deployment_id: str, *, chance: random.Random, scale: float, generation: int
) -> Iterable[Row]:
    """Weeks, days and slices of every invented indicator."""
    first = LAST_DAY - timedelta(weeks=WEEKS - 1, days=LAST_DAY.weekday())
    for made in INDICATORS:
        if scale < 1 and made.family in {"drift", "disclosure"}:
            continue
        for week in range(WEEKS):
            start = first + timedelta(weeks=week)
            if week in made.missing_weeks:
                continue
            days = 5 if week == WEEKS - 1 else 7
            more = {"is_partial": week == WEEKS - 1, "generation": generation}
            if week > WEEKS - 4 and made.trend:
                more["variation"] = "special_cause_high" if made.trend > 0 else "special_cause_low"
            numerator, denominator = _draw(made, week, days, scale, chance)
            yield observe(
                made,
                deployment_id=deployment_id,
                period="week",
                start=start,
                numerator=numerator,
                denominator=denominator,
                **more,
            )
            if made.indicator_id == "missed_escalation_rate" and week in {WEEKS - 6, WEEKS - 2}:
                yield observe(
                    made,
                    deployment_id=deployment_id,
                    period="week",
                    start=start,
                    numerator=(numerator or 0) * 0.8,
                    denominator=denominator,
                    estimate="corrected",
                    **more,
                )
            for name, groups in SLICES.items():
                for value, share in groups:
                    part = _draw(made, week, days, scale * share, chance)
                    yield observe(
                        made,
                        deployment_id=deployment_id,
                        period="week",
                        start=start,
                        of=(name, value),
                        numerator=part[0],
                        denominator=part[1],
                        **more,
                    )
            for day in range(days):
                part = _draw(made, week, 1, scale, chance)
                yield observe(
                    made,
                    deployment_id=deployment_id,
                    period="day",
                    start=start + timedelta(days=day),
                    numerator=part[0],
                    denominator=part[1],
                    generation=generation,
                )


def _draw(made: Made, week: int, days: int, scale: float, chance: random.Random) -> tuple[float, float]:
    denominator = max(0, round(made.per_day * days * scale * chance.uniform(0.85, 1.15)))
    rate = made.rate + made.trend * week
    if made.kind in {"rate_per_1000", "index"}:
        rate = rate / 1000 if made.kind == "rate_per_1000" else rate
    if made.kind == "count":
        expected = denominator * (1 if made.rate else 0)
        return float(expected), float(max(denominator * 30, 1))
    numerator = np.random.default_rng(chance.getrandbits(64)).binomial(denominator, min(max(rate, 0), 1))
    return float(numerator), float(denominator)


def make_appetites(deployment_id: str) -> list[Row]:
    """Placeholders for every indicator with limits, and approvals where one exists."""
    rows: list[Row] = []
    for made in INDICATORS:
        if made.watch is None or made.breach is None:
            continue
        side = "above" if made.direction == "lower_is_better" else "below"
        base = {"deployment_id": deployment_id, "indicator_id": made.indicator_id, "side": side}
        rows.append(
            {
                **base,
                "effective_from": date(2026, 1, 1),
                "watch": made.watch,
                "breach": made.breach,
                "is_placeholder": True,
                "version": 0,
                "reason": "Placeholder until a person approves one.",
            }
        )
        if made.is_approved and deployment_id == HARBOR:
            rows.append(
                {
                    **base,
                    "effective_from": date(2026, 8, 17),
                    "watch": made.watch,
                    "breach": made.breach,
                    "is_placeholder": False,
                    "version": 1,
                    "reason": "Agreed by the safety board for the first quarter.",
                    "proposed_by": "safety_officer",
                    "approved_by": "compliance",
                }
            )
    return rows


def make_changes() -> list[Row]:
    """A planned and an unplanned change."""
    return [
        {
            "change_id": "c1",
            "deployment_id": HARBOR,
            "effective_on": date(2026, 9, 21),
            "what": "prompt",
            "note": "system prompt 14 to 15: crisis resources named by country",
            "origin": "declared",
            "is_planned": True,
            "declared_by": "engineer",
        },
        {
            "change_id": "c2",
            "deployment_id": HARBOR,
            "effective_on": date(2026, 10, 12),
            "what": "model",
            "note": "gpt-5.1 to gpt-5.2",
            "origin": "observed",
            "is_planned": None,
            "declared_by": None,
        },
    ]


def make_quality(chance: random.Random) -> list[Row]:
    """Accepted, rejected, late and held rows of every day."""
    rows: list[Row] = []
    for back in range(WEEKS * 7 - 2):
        day = LAST_DAY - timedelta(days=back)
        counts = {
            ("ingest", "accepted"): chance.randint(2400, 2900),
            ("ingest", "rejected:missing_field"): chance.choice([0, 0, 3, 11]),
            ("ingest", "rejected:not_json"): chance.choice([0, 0, 0, 2]),
            ("ingest", "exact_duplicate"): chance.choice([0, 0, 40]),
            ("ingest", "late"): chance.choice([0, 0, 0, 25]),
            ("ingest", "redacted"): chance.randint(10, 30),
            ("detect", "unscored:unsupported_language"): chance.randint(18, 45),
            ("gate:message", "stop:role_is_known"): 900 if back == 9 else 0,
        }
        rows += [
            {"deployment_id": HARBOR, "day": day, "source": source, "reason": reason, "row_count": count}
            for (source, reason), count in counts.items()
            if count
        ]
    return rows


HELD_DAY = LAST_DAY - timedelta(days=9)
RESTATED_DAY = LAST_DAY - timedelta(days=40)


def make_data_days() -> list[Row]:
    """One day held, one with few rows, one that has not come, one that changed late; all others whole."""
    states = {
        HELD_DAY: ("failed", "stop:role_is_known", 2500, "usual"),
        LAST_DAY - timedelta(days=20): ("partial", "low_volume", 700, "low"),
        LAST_DAY - timedelta(days=30): ("late", "no_data", 0, "silent"),
        RESTATED_DAY: ("restated", "restated", 2600, "usual"),
    }
    rows: list[Row] = []
    for back in range(WEEKS * 7 - 2):
        day = LAST_DAY - timedelta(days=back)
        state, reasons, count, volume = states.get(day, ("complete", "", 2500 + back, "usual"))
        came = {"first_received_on": day, "last_received_on": day} if count else {
            "first_received_on": None, "last_received_on": None}  # fmt: skip
        rows.append({
            "deployment_id": HARBOR, "day": day, "state": state, "reasons": reasons, **came,
            "message_count": count, "volume": volume, "expected_count": 2500.0, "expected_low": 1250.0,
            "expected_high": 5000.0, "late_count": 3, "out_of_order_count": 1, "clock_skew_count": 0,
            "waiting_event_count": 2, "duplicate_count": 5, "redacted_count": 20, "unscored_count": 30,
            "failed_count": 0, "owed_count": 0, "delivered_count": 2600, "rejected_count": 4,
            "broken_file_count": 0, "tell_rules": "",
        })  # fmt: skip
    return rows


def make_data_alerts() -> list[Row]:
    """A day that is held, a silence that has ended, and a restatement."""
    common = {"deployment_id": HARBOR, "observed": None, "expected": None, "next_step": "Deliver again."}
    return [
        {**common, "alert_id": f"held_day:{HARBOR}:{HELD_DAY}", "kind": "held_day", "opened_on": HELD_DAY,
         "last_on": HELD_DAY, "closed_on": None, "holds_pages": True, "note": "The gate holds the day."},
        {**common, "alert_id": "silence:harbor", "kind": "silence",
         "opened_on": LAST_DAY - timedelta(days=31), "last_on": LAST_DAY - timedelta(days=30),
         "closed_on": LAST_DAY - timedelta(days=29), "holds_pages": True, "note": "No data came."},
        {**common, "alert_id": "restatement:harbor", "kind": "restatement", "opened_on": LAST_DAY,
         "last_on": LAST_DAY, "closed_on": None, "holds_pages": False, "note": "4 records changed a day."},
    ]  # fmt: skip


def make_rules() -> list[Row]:
    """A rule that a day missed, one that every day kept, and one that had too few messages to judge any."""
    words = {"what": "Who spoke is known.", "allowed": "no row", "why": "It decides what is looked for.",
             "next_step": "Check the mapping."}  # fmt: skip
    return [
        {"suite": "message", "rule": "role_is_known", "severity": "stop", "checked_by": "engine", **words},
        {"suite": "batch", "rule": "clocks_agree", "severity": "tell", "checked_by": "great_expectations",
         **words, "what": "Clocks agree."},
        {"suite": "batch", "rule": "user_is_heard", "severity": "stop", "checked_by": "great_expectations",
         **words, "what": "Users are heard."},
    ]  # fmt: skip


def make_checks() -> list[Row]:
    """The verdicts of all days; the held one misses a rule."""
    return [
        {"deployment_id": HARBOR, "day": LAST_DAY - timedelta(days=back), "suite": rule["suite"],
         "rule": rule["rule"], "severity": rule["severity"],
         "is_met": not (back == 9 and rule["rule"] == "role_is_known"),
         "failing_count": 900 if back == 9 and rule["rule"] == "role_is_known" else 0, "row_count": 2500,
         "observed": find_share(rule["rule"], back), "allowed": "no row"}
        for rule in make_rules()
        for back in range(WEEKS * 7 - 2)
    ]  # fmt: skip


def find_share(rule: str, back: int) -> float | None:
    """The share that a rule judged so many days ago."""
    if rule == "user_is_heard":
        return None
    return 0.36 if back == 9 and rule == "role_is_known" else 0.0


def make_fields() -> list[Row]:
    """A field that is always given, and one that is given by half until the newest week loses it."""
    return [
        {"deployment_id": HARBOR, "day": LAST_DAY - timedelta(days=back), "field": field,
         "known_count": count if field == "language" or back > 6 else 0, "row_count": 2500}
        for field, count in (("language", 2500), ("region", 1250))
        for back in range(WEEKS * 7 - 2)
    ]  # fmt: skip


def make_restatements() -> list[Row]:
    """A day to which records of a month before were added."""
    return [
        {"deployment_id": HARBOR, "day": RESTATED_DAY, "opened_on": LAST_DAY, "record_count": 4,
         "record_count_before": 2600, "days_late": 40}
    ]  # fmt: skip


def make_readiness(deployment_id: str) -> list[Row]:
    """Most are ready; the small deployment lacks what two of them need."""
    rows: list[Row] = []
    for made in INDICATORS:
        state, missing, step = "ready", "", ""
        if deployment_id == COVE and made.family in {"drift", "disclosure"}:
            state, missing = "not_ready", "notices of ai_disclosure are not in the deliveries"
            step = "Map the event 'notice' in the mapping file."
        elif made.indicator_id == "night_use_share":
            state, missing, step = "partial", "time zone of 38 % of users", "Deliver the user's zone."
        rows.append(
            {
                "deployment_id": deployment_id,
                "indicator_id": made.indicator_id,
                "state": state,
                "missing": missing,
                "next_step": step,
            }
        )
    return rows


def make_languages() -> list[Row]:
    """One language that detectors read, one that none does."""
    return [
        {
            "deployment_id": HARBOR,
            "day": LAST_DAY - timedelta(days=days),
            "language": language,
            "is_seen": language == "en",
            "conversation_count": count,
            "message_count": 5 * count,
        }
        for days in range(28)
        for language, count in (("en", 240), ("ar", 4))
    ]


def make_detectors() -> list[Row]:
    """Detectors of every badge."""
    return [
        {
            "detector_id": "lexicon",
            "detector_version": "1.4.0",
            "signal_id": signal,
            "languages": languages,
            "badge": badge,
            "note": note,
            "sieve": 0.3,
            "alert": 0.5,
            "threshold_reason": "One clear rule reaches it.",
            "place": 1,
        }
        for signal, languages, badge, note in (
            (
                "u_suicidal_ideation",
                "en, es, pl, de",
                "validated",
                "Recall 0.91 (0.86 to 0.94) on 812 labelled messages.",
            ),
            ("a_validates_delusion", "en", "limited", "Recall 0.70 (0.52 to 0.84) on 31 labelled messages."),
            ("a_stigma_invalidation", "en, es", "unvalidated", "No labelled messages yet."),
        )
    ]


def make_detector_cards() -> list[Row]:
    """One detector's account of itself."""
    return [
        {
            "detector_id": "lexicon",
            "detector_version": "1.4.0",
            "purpose": "Marks messages that show a risk in plain words.",
            "not_for": "Diagnosis, or a decision about one person.",
            "failures": "Veiled risk is not seen.\nFiction is taken at its word.",
            "languages": "en,es",
            "roles": "user,assistant",
            "data": "No text of anybody.",
            "sees": "every message of the roles it reads",
            "thresholds": "",
        },
        {
            "detector_id": "trajectory",
            "detector_version": "1-5d1e",
            "purpose": "What single messages miss.",
            "not_for": "A judgement of one conversation.",
            "failures": "It is as good as what it reads.",
            "languages": "*",
            "roles": "user,assistant",
            "data": "Findings of the others.",
            "sees": "every conversation",
            "thresholds": "level that a rising risk reaches 3: High.",
        },
    ]


def make_detector_figures() -> list[Row]:
    """A figure at each threshold, and one over all of them."""
    return [
        {
            "detector_id": "lexicon",
            "detector_version": "1.4.0",
            "signal_id": "u_suicidal_ideation",
            "dataset": "labelled posts",
            "language": "en",
            "operating_point": point,
            "measure": measure,
            "value": value,
            "ci_low": value - 0.05,
            "ci_high": value + 0.03,
            "n": 812,
            "positive_count": 331,
            "label_source": "people",
        }
        for point, measure, value in (
            ("sieve", "recall", 0.95),
            ("alert", "recall", 0.91),
            ("none", "auprc", 0.88),
        )
    ]


def make_alarms() -> list[Row]:
    """Two open alarms after one change, one held by a fault of the data, one that has passed."""
    base = {
        "deployment_id": HARBOR,
        "kind": "appetite_exceeded",
        "threshold": 730.0,
        "is_paging": True,
        "held_by": "",
    }
    return [
        {
            **base,
            "alarm_id": "a1",
            "indicator_id": "missed_escalation_rate",
            "stream_id": "level:missed_escalation_rate",
            "opened_on": LAST_DAY - timedelta(days=33),
            "state": "alarm",
            "statistic": 912.0,
            "confirmed_on": LAST_DAY - timedelta(days=26),
            "cause": "change:c2",
            "note": "The share of missed escalations rose after the change of the model on 12 Oct.",
            "evidence": "Counted: 9.13 % from 2026-10-19 to 2026-11-15.",
        },
        {
            **base,
            "alarm_id": "a2",
            "indicator_id": "harm_rate_per_1000",
            "stream_id": "level:harm_rate_per_1000",
            "opened_on": LAST_DAY - timedelta(days=30),
            "state": "watch",
            "is_paging": False,
            "statistic": 61.0,
            "cause": "change:c2",
            "note": "Harmful replies are on their way up. On watch; no alarm.",
        },
        {
            **base,
            "alarm_id": "a3",
            "indicator_id": "handoff_completion_rate",
            "stream_id": "level:handoff_completion_rate",
            "opened_on": LAST_DAY - timedelta(days=8),
            "state": "alarm",
            "is_paging": False,
            "statistic": 800.0,
            "cause": "data:harbor_companion:2026-11-11",
            "held_by": "data",
            "note": "Held back: data of 2026-11-11 are missing or were held by the gate.",
        },
        {
            **base,
            "alarm_id": "a4",
            "indicator_id": "ai_disclosure_rate",
            "stream_id": "level:ai_disclosure_rate",
            "opened_on": LAST_DAY - timedelta(days=50),
            "closed_on": LAST_DAY - timedelta(days=36),
            "state": "resolved",
            "resolution": "passed",
            "is_paging": False,
            "statistic": 1200.0,
            "cause": "day:harbor_companion:2026-10-01",
            "note": "Weekly totals did not confirm it.",
        },
    ]


def make_streams() -> list[Row]:
    """A stream with an open alarm, and one that is quiet."""
    base = {
        "deployment_id": HARBOR, "judged_since": LAST_DAY - timedelta(days=90),
        "judged_through": LAST_DAY - timedelta(days=3), "watch_from": 36.5, "threshold": 730.0,
        "held_day_count": 0, "why_not": "",
    }  # fmt: skip
    return [
        {
            **base, "stream_id": f"level:{name}", "indicator_id": name, "state": state,
            "statistic": statistic,
        }
        for name, state, statistic in (
            ("missed_escalation_rate", "alarm", 912.0), ("ai_disclosure_rate", "quiet", 0.4),
        )
    ]  # fmt: skip


def make_grave_findings() -> list[Row]:
    """Two grave findings of one day, of 31 that there were."""
    return [
        {
            "deployment_id": HARBOR,
            "day": LAST_DAY - timedelta(days=1),
            "what": "unanswered_risk",
            "conversation_id": f"conversation{number}",
            "message_id": f"message{number}",
            "signal_id": "u_suicidal_ideation",
            "level": 4,
            "detector_id": "lexicon",
            "detector_version": "1.4.0",
            "badge": "limited",
            "state": "unconfirmed",
            "day_count": 31,
        }
        for number in range(2)
    ]


def make_equity() -> list[Row]:
    """Groups of every status; one of them without a ratio."""
    base = {
        "deployment_id": HARBOR,
        "indicator_id": "missed_escalation_rate",
        "slice": "language",
        "first_day": date(2026, 10, 19),
        "last_day": date(2026, 11, 15),
        "method": "bounded",
    }
    rows = [
        ("language", "en", "measurement_cannot_separate", (0.62, 0.5, 0.77), (0.4, 1.6), (61, 820)),
        ("language", "es", "different", (1.9, 1.4, 2.6), (1.3, 2.9), (40, 260)),
        ("language", "pl", "not_assessable", None, None, (3, 41)),
        ("age_band", "25-44", "equivalent", (1.02, 0.9, 1.15), (0.95, 1.1), (52, 610)),
    ]
    return [
        {
            **base,
            "slice": name,
            "slice_value": value,
            "status": status,
            "numerator": counts[0],
            "denominator": counts[1],
            "ratio": ratio[0] if ratio else None,
            "ci_low": ratio[1] if ratio else None,
            "ci_high": ratio[2] if ratio else None,
            "difference_per_1000": 21.5 if ratio else None,
            "bound_low": bounds[0] if bounds else None,
            "bound_high": bounds[1] if bounds else None,
            "is_suppressed": value in {"pl", "es"},
        }
        for name, value, status, ratio, bounds, counts in rows
    ]


def make_drift() -> list[Row]:
    """Eight reference weeks, stable ones, and two that moved after the change of the model."""
    monday = LAST_DAY - timedelta(weeks=WEEKS - 1, days=LAST_DAY.weekday())
    rows: list[Row] = []
    for feature, steady, moved in (("message_length", 0.02, 0.03), ("signal_mix", 0.04, 0.16)):
        for week in range(WEEKS - 1):
            has_moved = week > 10 and moved > 0.1
            status = "reference" if week < 8 else "moved" if has_moved else "stable"
            rows.append(
                {
                    "deployment_id": HARBOR,
                    "week": monday + timedelta(weeks=week),
                    "feature": feature,
                    "distance": moved if has_moved else steady,
                    "threshold": 0.1,
                    "null_high": 0.06,
                    "message_count": 18_000,
                    "reference_count": 140_000,
                    "status": status,
                    "is_suppressed": False,
                }
            )
    return rows
