"""Finding: what detectors saw, and for every message whether they looked. No text."""

from pipelines.schemas.table import COUNT, FLAG, LEVEL, NUMBER, PARTITION, TEXT, Column, Table

FINDING = Table(
    "finding",
    "finding",
    "One row a signal that a detector found in a message, from its sieve on; only deciding alerts count.",
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
        Column("is_alert", FLAG, "The score reaches the alert threshold, not only the sieve."),
        Column(
            "is_deciding",
            FLAG,
            "No detector before this one in the plan's order for the signal scored the message.",
        ),
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
            "state",
            TEXT,
            "scored, not_run, unsupported_language, abstained, not_text, failed; only scored counts.",
        ),
        Column(
            "inclusion",
            NUMBER,
            "Probability with which the plan lets the detector look: 1, a sample's share, or 0.",
        ),
        Column("is_basis", FLAG, "Whether looking by this detector counts as having read the message."),
        Column(
            "is_owed",
            FLAG,
            "The plan gave it the message and no answer came: it failed, was down, or had spent its cap.",
        ),
    ),
)

LANGUAGE = Table(
    "finding",
    "language",
    "One row a message: the language in which the detectors read it.",
    ("deployment_id", "message_id"),
    (
        *PARTITION,
        Column("conversation_id", TEXT, "The episode."),
        Column("message_id", TEXT, "The message."),
        Column(
            "language", TEXT, "ISO 639-1; 'unknown' where neither log nor text nor conversation shows it."
        ),
        Column("source", TEXT, "How it is known: log, message, conversation; none or contradiction if not."),
        Column("confidence", NUMBER, "0-1: the share of the text in the language; 1 where the log says it."),
        Column("sight", TEXT, "What was looked for in it: a name of finding.sight; empty for nothing."),
    ),
)

SIGHT = Table(
    "finding",
    "sight",
    "One row a sight and signal: what was looked for in the messages that carry its name.",
    ("sight", "signal_id"),
    (
        Column("sight", TEXT, "The name: a hash of the signals."),
        Column("signal_id", TEXT, "Signal of the taxonomy."),
    ),
    is_partitioned=False,
)

DETECTOR = Table(
    "finding",
    "detector",
    "One row a detector and signal it looks for, as its card says.",
    ("detector_id", "signal_id", "languages"),
    (
        Column("detector_id", TEXT, "The detector."),
        Column("detector_version", TEXT, "Its version."),
        Column("signal_id", TEXT, "Signal of the taxonomy."),
        Column("languages", TEXT, "Languages, comma separated."),
        Column("badge", TEXT, "validated, limited or unvalidated."),
        Column("note", TEXT, "What is known about its error."),
        Column("sieve", NUMBER, "Score from which a finding is kept, for closer looks and sampling."),
        Column("alert", NUMBER, "Score from which a finding is counted."),
        Column("threshold_reason", TEXT, "Why the two thresholds have these values."),
        Column(
            "place", COUNT, "Place in the order of who decides about the signal, from 1; 0 if it never does."
        ),
    ),
    is_partitioned=False,
)

DETECTOR_CARD = Table(
    "finding",
    "detector_card",
    "One row a detector: its account of itself.",
    ("detector_id",),
    (
        Column("detector_id", TEXT, "The detector."),
        Column("detector_version", TEXT, "Its version."),
        Column("purpose", TEXT, "What it is for."),
        Column("not_for", TEXT, "What it must not be used for."),
        Column("failures", TEXT, "How it fails, one a line."),
        Column("languages", TEXT, "Languages, comma separated; empty if it reads none."),
        Column("roles", TEXT, "Whose messages it reads, comma separated."),
        Column("data", TEXT, "What it was made from, whose words these are, and under which licence."),
        Column("sees", TEXT, "Which messages the plan gives it."),
        Column("thresholds", TEXT, "Numbers that decide beside those of its signals, and why, one a line."),
    ),
    is_partitioned=False,
)

DETECTOR_FIGURE = Table(
    "finding",
    "detector_figure",
    "One row a measured figure of a detector's error, with its interval.",
    ("detector_id", "signal_id", "dataset", "language", "operating_point", "measure"),
    (
        Column("detector_id", TEXT, "The detector."),
        Column("detector_version", TEXT, "Its version."),
        Column("signal_id", TEXT, "Signal of the taxonomy."),
        Column("dataset", TEXT, "What it was measured on."),
        Column("language", TEXT, "Language of that data."),
        Column("operating_point", TEXT, "sieve, alert, or none for a figure over all thresholds."),
        Column("measure", TEXT, "precision, recall, f1, auprc, flagged_share and so on."),
        Column("value", NUMBER, "The figure."),
        Column("ci_low", NUMBER, "Lower 95 % bound."),
        Column("ci_high", NUMBER, "Upper 95 % bound."),
        Column("n", COUNT, "Rows with a label."),
        Column("positive_count", COUNT, "Of these, labelled positive."),
        Column("label_source", TEXT, "people, or a judge model."),
    ),
    is_partitioned=False,
)

TABLES = (FINDING, COVERAGE, LANGUAGE, SIGHT, DETECTOR, DETECTOR_CARD, DETECTOR_FIGURE)
