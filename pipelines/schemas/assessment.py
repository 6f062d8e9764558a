"""Assessment: what the numbers mean. The same tables as published, before they carry a generation."""

from pipelines.schemas import published
from pipelines.schemas.table import COUNT, DATE, PARTITION, TEXT, Column, Table


def _before_publishing(table: Table) -> Table:
    columns = tuple(column for column in table.columns if column.name != "generation")
    return Table("assessment", table.name, table.meaning, table.key, columns, is_partitioned=False)


OBSERVATION = _before_publishing(published.OBSERVATION)
ALARM = _before_publishing(published.ALARM)
NEEDS_EYES = _before_publishing(published.NEEDS_EYES)
EQUITY = _before_publishing(published.EQUITY)
APPETITE = _before_publishing(published.APPETITE)
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
    "Grave findings of a day before they are capped for publishing.",
    ("deployment_id", "day", "message_id", "signal_id"),
    tuple(
        column
        for column in (*PARTITION, *NEEDS_EYES.columns[2:])
        if column.name not in ("badge", "state", "day_count")
    ),
)

DAILY = (ARRIVAL_DAY, CRITICAL_DAY)
TABLES = (
    OBSERVATION, ALARM, NEEDS_EYES, EQUITY, APPETITE, DRIFT, CHANGE, DATA_QUALITY, READINESS, DEPLOYMENT,
    DATA_DAY, DATA_ALERT, DATA_RULE, DATA_CHECK, FIELD_COMPLETENESS, RESTATEMENT,
    *DAILY,
)  # fmt: skip
