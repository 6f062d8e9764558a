"""Ledger: what was delivered, what was rejected and why, and what has been computed. No text."""

from pipelines.schemas.table import COUNT, DATE, FLAG, NUMBER, PARTITION, TEXT, Column, Table

DELIVERY = Table(
    "ledger",
    "delivery",
    "One row a delivered file; the same file may be given to two deployments.",
    ("deployment_id", "delivery_id"),
    (
        Column("delivery_id", TEXT, "SHA-256 of the file as delivered."),
        Column("deployment_id", TEXT, "The deployment."),
        Column("file_name", TEXT, "Path below the delivered folder."),
        Column("received_on", DATE, "Day of delivery."),
        Column("byte_count", COUNT, "Bytes as delivered."),
        Column("record_count", COUNT, "Records in the file."),
        Column("message_count", COUNT, "Records accepted as messages, copies included."),
        Column("event_count", COUNT, "Records accepted as events, copies included."),
        Column("rejected_count", COUNT, "Records rejected; each has a row in ledger.rejected."),
        Column("mapping_hash", TEXT, "SHA-256 of the mapping that read it."),
        Column("format", TEXT, "Format that it was read as; null if not known.", nullable=True),
        Column(
            "first_day",
            DATE,
            "Date of its oldest message or event, in the deployment's zone; null if not known, or none came.",
            nullable=True,
        ),
        Column("last_day", DATE, "The same of the newest one.", nullable=True),
        Column(
            "marks",
            TEXT,
            "Of each object of a bucket that held it: hash of its place, a colon, hash of its size, ETag and "
            "time of change, blank between; null if it lay in none, or its store says neither.",
            nullable=True,
        ),
    ),
    is_partitioned=False,
)

REJECTED = Table(
    "ledger",
    "rejected",
    "One row a rejected record; day is the day of delivery. The record's text is not kept.",
    ("deployment_id", "delivery_id", "position"),
    (
        *PARTITION,
        Column("delivery_id", TEXT, "SHA-256 of the file."),
        Column("file_name", TEXT, "Path below the delivered folder."),
        Column("position", COUNT, "Line of the file, from 1."),
        Column(
            "reason",
            TEXT,
            "Why: malformed_line, missing_field, unknown_role, future_date, empty_body, erased ...",
        ),
        Column("field", TEXT, "The field at fault; empty if the whole record is.", nullable=True),
        Column("record_hash", TEXT, "Keyed hash of the record."),
    ),
)

WATERMARK = Table(
    "ledger",
    "watermark",
    "One row a query that rows are fetched with: how far it has been read.",
    ("deployment_id", "query_id"),
    (
        Column("deployment_id", TEXT, "The deployment."),
        Column("query_id", TEXT, "Hash of the query and of the database's address without its password."),
        Column("value", TEXT, "Greatest value of the watermark's column: its kind, a colon, the value."),
        Column("seen_hashes", TEXT, "Keyed hashes of the rows at that value that were taken, blank between."),
    ),
    is_partitioned=False,
)

DEPLOYMENT = Table(
    "ledger",
    "deployment",
    "One row a deployment: how its time is cut.",
    ("deployment_id",),
    (
        Column("deployment_id", TEXT, "Id, snake_case."),
        Column("title", TEXT, "Name for people."),
        Column("zone", TEXT, "IANA time zone of the reporting day."),
        Column("silence_hours", COUNT, "A silence of this length ends an episode."),
        Column("maximum_hours", COUNT, "An episode is cut at this length."),
    ),
    is_partitioned=False,
)

QUALITY = Table(
    "ledger",
    "quality",
    "One row a day and data-quality rule of the gate.",
    ("deployment_id", "day", "rule"),
    (
        *PARTITION,
        Column("suite", TEXT, "message, conversation, event, or batch for the day as a whole."),
        Column("rule", TEXT, "Id of the rule."),
        Column("severity", TEXT, "stop (the day is not scored) or tell (the day is marked)."),
        Column("failing_count", COUNT, "Rows that fail; all of the day's where it fails as a whole."),
        Column("row_count", COUNT, "Rows checked."),
        Column("is_met", FLAG, "Whether the rule holds."),
        Column(
            "checked_by",
            TEXT,
            "engine or great_expectations; unknown for days that were checked before it was kept.",
            nullable=True,
        ),
        Column(
            "observed",
            NUMBER,
            "Share of rows that fail, or the share of the day that is judged; null where it has none.",
            nullable=True,
        ),
        Column("allowed", TEXT, "What was allowed, in words.", nullable=True),
    ),
)

RULE = Table(
    "ledger",
    "rule",
    "One row a rule of the gate as it is now.",
    ("rule",),
    (
        Column("suite", TEXT, "message, conversation, event, or batch for the day as a whole."),
        Column("rule", TEXT, "Id of the rule."),
        Column("severity", TEXT, "stop or tell."),
        Column("checked_by", TEXT, "engine or great_expectations."),
        Column("what", TEXT, "What must hold."),
        Column("allowed", TEXT, "How much of a day may fail, or the bounds of its share."),
        Column("why", TEXT, "What goes wrong where it does not hold."),
        Column("next_step", TEXT, "What to do then."),
    ),
    is_partitioned=False,
)

COMPUTED = Table(
    "ledger",
    "computed",
    "One row a day and stage: from what it was computed. A day whose inputs have changed is computed again.",
    ("deployment_id", "day", "stage"),
    (
        *PARTITION,
        Column("stage", TEXT, "finding or indicator."),
        Column("inputs", TEXT, "Hash of the files and definitions it was computed from."),
    ),
    is_partitioned=False,
)

EXPIRED = Table(
    "ledger",
    "expired",
    "One row a day and layer that retention has emptied. Such a day is not computed again.",
    ("deployment_id", "day", "layer"),
    (
        *PARTITION,
        Column("layer", TEXT, "text (of the messages) or finding (findings and facts)."),
        Column("expired_on", DATE, "Day on which retention emptied it."),
        Column("row_count", COUNT, "Messages that lost their text, or rows that went."),
    ),
    is_partitioned=False,
)

TABLES = (COMPUTED, DELIVERY, WATERMARK, REJECTED, DEPLOYMENT, QUALITY, RULE, EXPIRED)
