"""Published: what the dashboard, the reports and other people's scripts read.

Keys are frozen. Columns may be added, never renamed. The file is `published-<generation>.duckdb`,
schema `published`, and is never written again once it is current.
"""

from pipelines.schemas.table import COUNT, DATE, FLAG, NUMBER, TEXT, TIMESTAMP, Column, Table

DEPLOYMENT_ID = Column("deployment_id", TEXT, "The deployment.")
INDICATOR_ID = Column("indicator_id", TEXT, "The indicator.")


def _table(name: str, meaning: str, key: tuple[str, ...], *columns: Column) -> Table:
    return Table("published", name, meaning, key, columns, is_partitioned=False)


BUILD = _table(
    "build",
    "One row: what this file is and how fresh.",
    ("generation",),
    Column("generation", COUNT, "Generation of the lake."),
    Column("built_at", TIMESTAMP, "When it was built."),
    Column("code_version", TEXT, "Version of the code."),
    Column("taxonomy_version", TEXT, "Version of the signal taxonomy."),
    Column("home_kind", TEXT, "demo or real."),
    Column(
        "worst_delay_minutes", COUNT, "Longest time from a delivery to its appearance here, by the schedule."
    ),
)

DEPLOYMENT = _table(
    "deployment",
    "One row a deployment.",
    ("deployment_id",),
    DEPLOYMENT_ID,
    Column("title", TEXT, "Name for people."),
    Column("zone", TEXT, "IANA zone of the reporting day."),
    Column("first_day", DATE, "First day with data.", nullable=True),
    Column("last_day", DATE, "Last day with data.", nullable=True),
    Column("conversation_count", COUNT, "Conversations held."),
    Column("message_count", COUNT, "Messages held."),
)

OBSERVATION = _table(
    "observation",
    "An indicator's value in one period and slice.",
    ("deployment_id", "indicator_id", "period", "period_start", "slice", "slice_value", "estimate"),
    DEPLOYMENT_ID,
    INDICATOR_ID,
    Column("period", TEXT, "day, week (Monday) or month."),
    Column("period_start", DATE, "First day of the period."),
    Column("slice", TEXT, "'all' is the whole deployment, else the slice's name."),
    Column("slice_value", TEXT, "'all' or the value."),
    Column("estimate", TEXT, "raw, or corrected by review."),
    Column("numerator", NUMBER, "Numerator.", nullable=True),
    Column("denominator", NUMBER, "Denominator.", nullable=True),
    Column(
        "value",
        NUMBER,
        "Share (0-1), rate per 1,000, count, median or index, by the indicator's kind; null when unknown.",
        nullable=True,
    ),
    Column("ci_low", NUMBER, "Lower end of the 95 % interval, same unit as value.", nullable=True),
    Column("ci_high", NUMBER, "Upper end of the 95 % interval.", nullable=True),
    Column("method", TEXT, "Method of the interval."),
    Column(
        "status",
        TEXT,
        "Against the appetite: not_applicable, within, no_appetite_set, insufficient_data, watch, breach.",
    ),
    Column(
        "variation",
        TEXT,
        "not_assessed, common_cause, special_cause_high, special_cause_low: against history.",
    ),
    Column("coverage", NUMBER, "Share of units fully scored by the detectors, 0-1.", nullable=True),
    Column("is_suppressed", FLAG, "Whether the cell is hidden wherever numbers leave."),
    Column("p90", NUMBER, "Ninetieth percentile, for distributions.", nullable=True),
    Column(
        "is_latest",
        FLAG,
        "Whether it is the indicator's standing: the last whole week (else the newest period) of the deployment.",
    ),
    Column("is_partial", FLAG, "Whether the period has not ended, or days of it are missing or held."),
    Column("definition_version", TEXT, "Version of the indicator's definition."),
    Column("detector_version", TEXT, "Versions of the detectors behind it."),
    Column("appetite_version", COUNT, "Version of the approved appetite; 0 when none.", nullable=True),
    Column("generation", COUNT, "Generation of the lake."),
)

INDICATOR = _table(
    "indicator",
    "One row an indicator: its definition.",
    ("indicator_id",),
    INDICATOR_ID,
    Column("title", TEXT, "Name for people."),
    Column("question", TEXT, "What it answers."),
    Column("numerator", TEXT, "Numerator in words."),
    Column("denominator", TEXT, "Denominator in words."),
    Column("kind", TEXT, "proportion, rate_per_1000, count, distribution or index."),
    Column("unit", TEXT, "conversation, message, event, user_week, or day for what assess computes."),
    Column("direction", TEXT, "lower_is_better, higher_is_better or neither."),
    Column("minimum_denominator", COUNT, "Below it the status is insufficient_data."),
    Column(
        "family", TEXT, "Group on the pages: escalation, harm, disclosure, use, drift, governance, quality."
    ),
    Column("owner", TEXT, "Role that owns it."),
    Column("lifecycle", TEXT, "draft or published."),
    Column("computed_by", TEXT, "sql or assess."),
    Column("sql", TEXT, "The SQL that counts; empty for assess."),
    Column("definition_version", TEXT, "Hash of SQL and YAML."),
)

APPETITE = _table(
    "appetite",
    "The appetite in force, or the placeholder that ships.",
    ("deployment_id", "indicator_id", "effective_from"),
    DEPLOYMENT_ID,
    INDICATOR_ID,
    Column("effective_from", DATE, "First day it holds."),
    Column("watch", NUMBER, "Watch limit.", nullable=True),
    Column("breach", NUMBER, "Breach limit.", nullable=True),
    Column("side", TEXT, "above or below: which side of the limit is bad."),
    Column("is_placeholder", FLAG, "True until a person has approved one for this deployment."),
    Column("version", COUNT, "Version; 0 for a placeholder."),
    Column("reason", TEXT, "Why this limit."),
    Column("proposed_by", TEXT, "Role or account that proposed.", nullable=True),
    Column("approved_by", TEXT, "Who approved; another person.", nullable=True),
)

ALARM = _table(
    "alarm",
    "Alarms of the sequential detectors.",
    ("alarm_id",),
    Column("alarm_id", TEXT, "Id."),
    DEPLOYMENT_ID,
    INDICATOR_ID,
    Column("opened_on", DATE, "Day it opened."),
    Column("state", TEXT, "watch, alarm, acknowledged or resolved."),
    Column("statistic", NUMBER, "Value of the detector's statistic.", nullable=True),
    Column("threshold", NUMBER, "Its threshold.", nullable=True),
    Column("note", TEXT, "What it says in words."),
)

CHANGE = _table(
    "change",
    "Changes of model, prompt or policy, announced by people or seen in the logs.",
    ("change_id",),
    Column("change_id", TEXT, "Id."),
    DEPLOYMENT_ID,
    Column("effective_on", DATE, "From which day."),
    Column("what", TEXT, "model, prompt, policy, detector, appetite, zone."),
    Column("note", TEXT, "From what to what."),
    Column("origin", TEXT, "declared (a person or CI said so) or observed (seen in the logs)."),
    Column("is_planned", FLAG, "Whether it was planned.", nullable=True),
    Column("declared_by", TEXT, "Account.", nullable=True),
)

RISK = _table(
    "risk",
    "As-of copy of the risk register.",
    ("deployment_id", "risk_id"),
    DEPLOYMENT_ID,
    Column("risk_id", TEXT, "Id, snake_case."),
    Column("reference", TEXT, "R-01 ..."),
    Column("title", TEXT, "Title."),
    Column("statement", TEXT, "Cause -> event -> consequence."),
    Column("state", TEXT, "State of the workflow."),
    Column("inherent_severity", TEXT, "S1-S5."),
    Column("inherent_probability", TEXT, "Probability class."),
    Column("residual_severity", TEXT, "S1-S5.", nullable=True),
    Column("residual_probability", TEXT, "Probability class.", nullable=True),
    Column("acceptability", TEXT, "acceptable, investigate or unacceptable, by the matrix."),
    Column("owner", TEXT, "Role.", nullable=True),
    Column("review_due_on", DATE, "Next review.", nullable=True),
    Column("indicator_ids", TEXT, "Linked KRIs, comma separated."),
    Column("worst_status", TEXT, "Worst latest status of its KRIs."),
)

CHECKLIST_ITEM = _table(
    "checklist_item",
    "As-of copy of the ethics checklist.",
    ("deployment_id", "item_id"),
    DEPLOYMENT_ID,
    Column("item_id", TEXT, "Id."),
    Column("reference", TEXT, "EC-01 ..."),
    Column("stage", TEXT, "development, pre_deployment, deployment or ongoing."),
    Column("question", TEXT, "The question."),
    Column("state", TEXT, "not_started, in_progress, met, met_with_exceptions, not_met, not_applicable."),
    Column("attested_by", TEXT, "Account.", nullable=True),
    Column("attested_on", DATE, "Date.", nullable=True),
    Column("expires_on", DATE, "When the attestation runs out.", nullable=True),
    Column("is_overdue", FLAG, "Whether it has run out or was never given when due."),
    Column("contradicted_by", TEXT, "Breached indicators, comma separated; empty if none."),
)

INCIDENT = _table(
    "incident",
    "As-of copy of the incidents.",
    ("incident_id",),
    Column("incident_id", TEXT, "Id."),
    DEPLOYMENT_ID,
    Column("title", TEXT, "Title."),
    Column("severity", TEXT, "S1-S5."),
    Column("state", TEXT, "State."),
    Column("opened_at", TIMESTAMP, "Opened."),
)

FINDING_SUMMARY = _table(
    "finding_summary",
    "How often each detector found each signal.",
    ("deployment_id", "day", "signal_id", "detector_id", "detector_version"),
    DEPLOYMENT_ID,
    Column("day", DATE, "Reporting day."),
    Column("signal_id", TEXT, "Signal."),
    Column("detector_id", TEXT, "Detector."),
    Column("detector_version", TEXT, "Its version."),
    Column("message_count", COUNT, "Messages."),
    Column("conversation_count", COUNT, "Conversations."),
)

DATA_QUALITY = _table(
    "data_quality",
    "Rejected, duplicate, late, held and unscored rows by day, source and reason.",
    ("deployment_id", "day", "source", "reason"),
    DEPLOYMENT_ID,
    Column("day", DATE, "Day of delivery for rejected rows, else the reporting day."),
    Column("source", TEXT, "ingest, gate:<suite> or detect."),
    Column(
        "reason",
        TEXT,
        "accepted, rejected:<reason>, exact_duplicate, conflicting_duplicate, late, redacted, "
        "waiting_event, tell:<rule>, stop:<rule>, unscored:<state> ...",
    ),
    Column("row_count", COUNT, "Rows."),
)

READINESS = _table(
    "readiness",
    "For every indicator what is missing and what to do next.",
    ("deployment_id", "indicator_id"),
    DEPLOYMENT_ID,
    INDICATOR_ID,
    Column("state", TEXT, "ready, partial, or not_ready."),
    Column("missing", TEXT, "What is missing; empty if nothing."),
    Column("next_step", TEXT, "What to do next; empty if nothing."),
)

DETECTOR = _table(
    "detector",
    "One row a detector and signal it looks for.",
    ("detector_id", "signal_id"),
    Column("detector_id", TEXT, "Detector."),
    Column("detector_version", TEXT, "Version."),
    Column("signal_id", TEXT, "Signal."),
    Column("languages", TEXT, "Languages, comma separated."),
    Column("badge", TEXT, "validated, limited or unvalidated."),
    Column("note", TEXT, "What is known about its error."),
)

DRIFT = _table(
    "drift",
    "Distance of a week from the reference window.",
    ("deployment_id", "week", "feature"),
    DEPLOYMENT_ID,
    Column("week", DATE, "Monday."),
    Column("feature", TEXT, "message_length, language or signal_mix."),
    Column("distance", NUMBER, "Jensen-Shannon distance, base 2, 0-1.", nullable=True),
    Column("threshold", NUMBER, "Practical threshold.", nullable=True),
    Column("null_high", NUMBER, "Largest distance among reference weeks, times 1.2.", nullable=True),
    Column("message_count", COUNT, "Messages in the week."),
    Column("reference_count", COUNT, "Messages in the reference window."),
    Column("status", TEXT, "reference, stable, moved or insufficient_data."),
)

EQUITY = _table(
    "equity",
    "Rate ratios of groups against the rest.",
    ("deployment_id", "indicator_id", "slice", "slice_value"),
    DEPLOYMENT_ID,
    INDICATOR_ID,
    Column("slice", TEXT, "The slice."),
    Column("slice_value", TEXT, "The group."),
    Column("ratio", NUMBER, "Rate ratio against the rest.", nullable=True),
    Column("ci_low", NUMBER, "Lower 95 %.", nullable=True),
    Column("ci_high", NUMBER, "Upper 95 %.", nullable=True),
    Column("status", TEXT, "equivalent, different, measurement_cannot_separate or not_assessable."),
)

LINEAGE = _table(
    "lineage",
    "Which table or file each indicator is computed from.",
    ("target", "origin"),
    Column("target", TEXT, "Table or indicator."),
    Column("origin", TEXT, "What it reads."),
)

DICTIONARY = _table(
    "dictionary",
    "What every published column means.",
    ("table_name", "column_name"),
    Column("table_name", TEXT, "Table of the schema `published`."),
    Column("column_name", TEXT, "Column."),
    Column("type", TEXT, "Arrow type."),
    Column("is_nullable", FLAG, "Whether it may be unknown."),
    Column("is_key", FLAG, "Whether it is part of the key."),
    Column("meaning", TEXT, "What it means."),
)

TABLES = (
    BUILD, DICTIONARY, DEPLOYMENT, OBSERVATION, INDICATOR, APPETITE, ALARM, CHANGE, RISK, CHECKLIST_ITEM, INCIDENT,
    FINDING_SUMMARY, DATA_QUALITY, READINESS, DETECTOR, DRIFT, EQUITY, LINEAGE,
)  # fmt: skip
