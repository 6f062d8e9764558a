"""Miss: what a dear detector confirms of what the sieve passed on, and of a sample of the rest. No text."""

from pipelines.schemas.table import COUNT, NUMBER, PARTITION, TEXT, Column, Table

MISS_DAY = Table(
    "finding",
    "miss_day",
    "Messages of a day that a dear detector was to read, and how many carry a signal as it sees them.",
    ("deployment_id", "day", "detector_id", "signal_id"),
    (
        *PARTITION,
        Column("detector_id", TEXT, "The dear detector."),
        Column("detector_version", TEXT, "Its version."),
        Column("sieve_version", TEXT, "One word for the detectors before it and the turns beside a hit."),
        Column("signal_id", TEXT, "Signal of the taxonomy; only messages of whoever shows it are counted."),
        Column("passed_count", COUNT, "Messages passed on, turns beside included, that it can read."),
        Column("passed_scored_count", COUNT, "Of these, read."),
        Column("confirmed_count", COUNT, "Of these, with the signal."),
        Column("rest_count", COUNT, "Messages that were not passed on."),
        Column("inclusion", NUMBER, "Probability with which each of them was drawn."),
        Column("drawn_count", COUNT, "Of the rest, drawn, and such that it can read them."),
        Column("scored_count", COUNT, "Of these, read."),
        Column("missed_count", COUNT, "Of these, with the signal."),
    ),
)

TABLES = (MISS_DAY,)
