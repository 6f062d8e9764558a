"""Finding: what detectors saw, and for every message whether they looked. No text."""

from pipelines.schemas.table import COUNT, LEVEL, NUMBER, PARTITION, TEXT, Column, Table

FINDING = Table(
    "finding",
    "finding",
    "One row a signal that a detector found in a message.",
    ("deployment_id", "message_id", "signal_id", "detector_id", "evidence_id"),
    (
        *PARTITION,
        Column("conversation_id", TEXT, "The episode."),
        Column("message_id", TEXT, "The message."),
        Column("signal_id", TEXT, "Signal of the taxonomy."),
        Column("level", LEVEL, "Severity 0-4 (4 critical)."),
        Column(
            "cssrs_like", LEVEL, "0-6 for suicidal ideation, else 0. Text inference, not a C-SSRS interview."
        ),
        Column("subject", TEXT, "self, other, fictional or unclear."),
        Column("time", TEXT, "current, recent, past or unclear."),
        Column("score", NUMBER, "The detector's confidence, 0-1."),
        Column("start", COUNT, "First character of the evidence in the message."),
        Column("end", COUNT, "Character after the evidence."),
        Column("evidence_id", TEXT, "Id of the rule or model feature that decided."),
        Column("detector_id", TEXT, "The detector."),
        Column("detector_version", TEXT, "Its version."),
    ),
)

COVERAGE = Table(
    "finding",
    "coverage",
    "One row a message and detector: did it look.",
    ("deployment_id", "message_id", "detector_id"),
    (
        *PARTITION,
        Column("conversation_id", TEXT, "The episode."),
        Column("message_id", TEXT, "The message."),
        Column("detector_id", TEXT, "The detector."),
        Column("detector_version", TEXT, "Its version."),
        Column(
            "state", TEXT, "scored, not_run, unsupported_language, abstained, failed; only scored counts."
        ),
    ),
)

DETECTOR = Table(
    "finding",
    "detector",
    "One row a detector and signal it looks for, as its card says.",
    ("detector_id", "signal_id"),
    (
        Column("detector_id", TEXT, "The detector."),
        Column("detector_version", TEXT, "Its version."),
        Column("signal_id", TEXT, "Signal of the taxonomy."),
        Column("languages", TEXT, "Languages, comma separated."),
        Column("badge", TEXT, "validated, limited or unvalidated."),
        Column("note", TEXT, "What is known about its error."),
    ),
    is_partitioned=False,
)

TABLES = (FINDING, COVERAGE, DETECTOR)
