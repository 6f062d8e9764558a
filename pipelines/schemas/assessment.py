"""Assessment: what the numbers mean. The same tables as published, before they carry a generation."""

import pyarrow as pa

from pipelines.schemas import published
from pipelines.schemas.table import COUNT, DATE, FLAG, PARTITION, TEXT, Column, Table

ADDED_BY_PUBLISHING = frozenset({"generation", "numerator_rounded", "denominator_rounded", "is_of_few"})


def _before_publishing(table: Table) -> Table:
    columns = tuple(column for column in table.columns if column.name not in ADDED_BY_PUBLISHING)
    return Table("assessment", table.name, table.meaning, table.key, columns, is_partitioned=False)


OBSERVATION = _before_publishing(published.OBSERVATION)
ALARM = _before_publishing(published.ALARM)
ALARM_STREAM = _before_publishing(published.ALARM_STREAM)
NEEDS_EYES = _before_publishing(published.NEEDS_EYES)
EQUITY = _before_publishing(published.EQUITY)
APPETITE = _before_publishing(published.APPETITE)
CANARY_RUN = _before_publishing(published.CANARY_RUN)
DRIFT = _before_publishing(published.DRIFT)
CHANGE = _before_publishing(published.CHANGE)
DATA_QUALITY = _before_publishing(published.DATA_QUALITY)
READINESS = _before_publishing(published.READINESS)
DEPLOYMENT = _before_publishing(published.DEPLOYMENT)
DATA_DAY = _before_publishing(published.DATA_DAY)
DATA_ALERT = _before_publishing(published.DATA_ALERT)
DATA_RULE = _before_publishing(published.DATA_RULE)
DATA_CHECK = _before_publishing(published.DATA_CHECK)
FIELD_COMPLETENESS = _before_publishing(published.FIELD_COMPLETENESS)
RESTATEMENT = _before_publishing(published.RESTATEMENT)

CHART = _before_publishing(published.CHART)
DRIFT_SHIFT = _before_publishing(published.DRIFT_SHIFT)
BRIDGE = _before_publishing(published.BRIDGE)
MISS_RATE = _before_publishing(published.MISS_RATE)

TEXT_AREA = Table(
    "assessment",
    "text_area",
    "How well a classifier tells a week's texts from those of the reference weeks; no text, no features.",
    ("deployment_id", "feature", "week"),
    (
        Column("deployment_id", TEXT, "The deployment."),
        Column("feature", TEXT, "assistant_text or user_text."),
        Column("week", DATE, "Monday."),
        Column("area", pa.float64(), "Area under the curve; 0.5 is no difference.", nullable=True),
        Column("text_count", COUNT, "Messages of the week that were compared."),
        Column("reference_count", COUNT, "Messages of the reference weeks."),
        Column("source", TEXT, "Hash of the messages compared."),
    ),
    is_partitioned=False,
)
LIKELIHOOD = _before_publishing(published.LIKELIHOOD)
CORRECTION = _before_publishing(published.CORRECTION)
DETECTOR_PERFORMANCE = _before_publishing(published.DETECTOR_PERFORMANCE)

NUMBERS = pa.list_(pa.float64())
_SAMPLE = (
    Column("deployment_id", TEXT, "The deployment."),
    Column("week", DATE, "Monday of the sampled week."),
    Column("sample_id", TEXT, "The sample."),
    Column("stratum_id", TEXT, "The stratum."),
)
_SOURCE = Column("source", TEXT, "Hash of labels, facts and definitions that it was made of.")

REVIEW_STRATUM = Table(
    "assessment",
    "review_stratum",
    "A stratum of a reviewed sample: how many conversations it holds, were drawn, and have a label.",
    ("sample_id", "stratum_id"),
    (
        *_SAMPLE,
        Column("language", TEXT, "Language."),
        Column("level", COUNT, "Highest level that the detectors gave."),
        Column("is_flagged", FLAG, "Whether the detectors saw a user at risk."),
        Column("unit_count", COUNT, "Conversations."),
        Column("sample_count", COUNT, "Drawn."),
        Column("reviewed_count", COUNT, "With a label, and still among the facts."),
        Column("overdue_count", COUNT, "Past their clock without a label."),
        Column("coming_count", COUNT, "Without a label, and in time."),
        Column("waiting_count", COUNT, "Labels for a second person to read before the stratum counts."),
        Column("passed_over_count", COUNT, "Items for somebody to be shown before the stratum counts."),
        Column("detector_version", TEXT, "Detectors of the frame."),
        _SOURCE,
    ),
    is_partitioned=False,
)

REVIEW_TALLY = Table(
    "assessment",
    "review_tally",
    "What people and detectors counted in the labelled conversations of a stratum; noughts are left out.",
    ("sample_id", "stratum_id", "indicator_id", "slice", "slice_value"),
    (
        *_SAMPLE,
        Column("indicator_id", TEXT, "The indicator, or case:<name> of a detector's figures."),
        Column("slice", TEXT, "all, or the name of a slice."),
        Column("slice_value", TEXT, "all, or its value."),
        Column("sums", NUMBERS, "Numerator and denominator by people, then by detectors."),
        Column("products", NUMBERS, "Their 16 sums of products, row by row."),
        _SOURCE,
    ),
    is_partitioned=False,
)

ARRIVAL_DAY = Table(
    "assessment",
    "arrival_day",
    "Counts of the indicators that alarms watch, by the day on which a unit's last record was delivered.",
    ("deployment_id", "day", "indicator_id", "received_on"),
    (
        *PARTITION,
        Column("indicator_id", TEXT, "The indicator."),
        Column("received_on", DATE, "Delivery of the unit's last record."),
        Column("numerator", COUNT, "Numerator."),
        Column("denominator", COUNT, "Denominator."),
    ),
)
"""What lets an alarm read a day as it was known three days later, whatever was delivered since."""

CRITICAL_DAY = Table(
    "assessment",
    "critical_day",
    "Grave findings of a day before they are capped for publishing, and unanswered_high_risk: of level 3.",
    ("deployment_id", "day", "message_id", "signal_id"),
    tuple(
        column
        for column in (*PARTITION, *NEEDS_EYES.columns[2:])
        if column.name not in ("badge", "state", "day_count")
    ),
)

DAILY = (ARRIVAL_DAY, CRITICAL_DAY)
TABLES = (
    OBSERVATION, CHART, LIKELIHOOD, CORRECTION, DETECTOR_PERFORMANCE, REVIEW_STRATUM, REVIEW_TALLY,
    ALARM, ALARM_STREAM, NEEDS_EYES, EQUITY, APPETITE, DRIFT, DRIFT_SHIFT, TEXT_AREA,
    CANARY_RUN,
    BRIDGE, MISS_RATE,
    CHANGE, DATA_QUALITY, READINESS, DEPLOYMENT,
    DATA_DAY, DATA_ALERT, DATA_RULE, DATA_CHECK, FIELD_COMPLETENESS, RESTATEMENT,
    *DAILY,
)  # fmt: skip
