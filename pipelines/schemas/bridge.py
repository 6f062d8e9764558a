"""Bridge: the same conversations as two versions of the detectors saw them, day by day. No text."""

from pipelines.schemas.table import COUNT, FLAG, LEVEL, PARTITION, TEXT, Column, Table

BRIDGE_DAY = Table(
    "finding",
    "bridge_day",
    "Conversations of a day that either of two versions flagged, by signal and bucket of users; or 0.",
    ("deployment_id", "day", "signal_id", "old_version", "new_version", "bucket"),
    (
        *PARTITION,
        Column("signal_id", TEXT, "Signal of the taxonomy."),
        Column(
            "old_version", TEXT, "Detectors that changed, as they were: detector@version, comma separated."
        ),
        Column("new_version", TEXT, "The same as they became, or would become."),
        Column("is_trial", FLAG, "Tried beside what is live, and not in use."),
        Column("bucket", LEVEL, "0-63: bucket of users."),
        Column("both_count", COUNT, "Conversations that both flagged."),
        Column("old_count", COUNT, "Conversations that the old version alone flagged."),
        Column("new_count", COUNT, "Conversations that the new version alone flagged."),
    ),
)

TABLES = (BRIDGE_DAY,)
