"""Indicator: numerators and denominators per day and slice. Integers only; no rates, no text."""

from pipelines.schemas.table import COUNT, DATE, FLAG, LEVEL, NUMBER, PARTITION, TEXT, Column, Table

INDICATOR_DAY = Table(
    "indicator",
    "indicator_day",
    "Counts of one indicator on one day in one slice.",
    ("deployment_id", "day", "indicator_id", "slice", "slice_value"),
    (
        *PARTITION,
        Column("indicator_id", TEXT, "The indicator."),
        Column("definition_version", TEXT, "Hash of its SQL and YAML."),
        Column("slice", TEXT, "'all' or the name of a slice."),
        Column("slice_value", TEXT, "'all' or the value of the slice."),
        Column("numerator", COUNT, "Numerator; for a distribution the number of uncensored values."),
        Column("denominator", COUNT, "Denominator; for a distribution the number of units."),
        Column("unscored_count", COUNT, "Units in whose conversation or message a detector did not look."),
        Column("unit_count", COUNT, "Units that it is about or, where detectors find these, may be about."),
    ),
)

INDICATOR_BUCKET = Table(
    "indicator",
    "indicator_bucket",
    "The counts of the whole deployment in 64 fixed user-hash buckets, for user-clustered intervals.",
    ("deployment_id", "day", "indicator_id", "bucket"),
    (
        *PARTITION,
        Column("indicator_id", TEXT, "The indicator."),
        Column("bucket", LEVEL, "0-63."),
        Column("numerator", COUNT, "Numerator."),
        Column("denominator", COUNT, "Denominator."),
    ),
)

SLICE_BUCKET = Table(
    "indicator",
    "slice_bucket",
    "Units of each slice in the 64 buckets of users, of no indicator: how many people a slice rests on.",
    ("deployment_id", "day", "unit", "slice", "slice_value", "bucket"),
    (
        *PARTITION,
        Column("unit", TEXT, "conversation, message or event."),
        Column("slice", TEXT, "The name of a slice."),
        Column("slice_value", TEXT, "The value of the slice."),
        Column("bucket", LEVEL, "0-63."),
        Column("unit_count", COUNT, "Units, read or not."),
    ),
)

INDICATOR_HISTOGRAM = Table(
    "indicator",
    "indicator_histogram",
    "Counts of a distribution indicator in its fixed bins.",
    ("deployment_id", "day", "indicator_id", "slice", "slice_value", "bin", "is_censored"),
    (
        *PARTITION,
        Column("indicator_id", TEXT, "The indicator."),
        Column("slice", TEXT, "'all' or the name of a slice."),
        Column("slice_value", TEXT, "'all' or the value of the slice."),
        Column("bin", COUNT, "Index of the bin in the definition."),
        Column(
            "is_censored", COUNT, "1 if the value is only a lower bound (the event did not happen), else 0."
        ),
        Column("unit_count", COUNT, "Units in the bin."),
    ),
)

HISTOGRAM_BUCKET = Table(
    "indicator",
    "histogram_bucket",
    "Values of a distribution that were seen, by bin and bucket of users: how alike one person's values are.",
    ("deployment_id", "day", "indicator_id", "bin", "bucket"),
    (
        *PARTITION,
        Column("indicator_id", TEXT, "The indicator."),
        Column("bin", COUNT, "Index of the bin in the definition."),
        Column("bucket", LEVEL, "0-63."),
        Column("unit_count", COUNT, "Units with a value in the bin; lower bounds are not counted."),
    ),
)

INDICATOR_WEEK = Table(
    "indicator",
    "indicator_week",
    "Counts of an indicator whose unit is a user in a week, in one slice; `day` is the week's Monday.",
    INDICATOR_DAY.key,
    INDICATOR_DAY.columns,
)

INDICATOR_WEEK_BUCKET = Table(
    "indicator",
    "indicator_week_bucket",
    "The counts of users in weeks in the 64 buckets of users; `day` is the week's Monday.",
    INDICATOR_BUCKET.key,
    INDICATOR_BUCKET.columns,
)

DEFINITION = Table(
    "indicator",
    "definition",
    "One row an indicator: its definition, as handed to the later stages.",
    ("indicator_id",),
    (
        Column("indicator_id", TEXT, "Id, snake_case."),
        Column("title", TEXT, "Name for people."),
        Column("question", TEXT, "What it answers."),
        Column("numerator", TEXT, "Numerator in words."),
        Column("denominator", TEXT, "Denominator in words."),
        Column("kind", TEXT, "proportion, rate_per_1000, count, distribution or index."),
        Column("unit", TEXT, "conversation, message, event, user_week, or day for what assess computes."),
        Column(
            "value_unit", TEXT, "What a distribution's values are counted in, such as seconds; else empty."
        ),
        Column("direction", TEXT, "lower_is_better, higher_is_better or neither."),
        Column("minimum_denominator", COUNT, "Below it the status is insufficient_data."),
        Column("family", TEXT, "escalation, harm, disclosure, use, drift, governance or quality."),
        Column("owner", TEXT, "Role that owns it."),
        Column("lifecycle", TEXT, "draft or published."),
        Column("computed_by", TEXT, "sql or assess."),
        Column("sql", TEXT, "The SQL that counts; empty for assess."),
        Column("parameters", TEXT, "Named parameters of the SQL, as JSON."),
        Column("bins", TEXT, "Lower edges of the bins of a distribution, as JSON; empty otherwise."),
        Column(
            "needs",
            TEXT,
            "What a log must hold: event:handoff, notice:ai_disclosure, signal:<id>, field:<name>.",
        ),
        Column(
            "side", TEXT, "above or below: which side of the placeholder limit is bad; empty without one."
        ),
        Column("watch", NUMBER, "Placeholder watch limit.", nullable=True),
        Column("breach", NUMBER, "Placeholder breach limit.", nullable=True),
        Column(
            "is_lower_bound",
            FLAG,
            "Whether the raw value can only be more: who is not flagged is not in it.",
        ),
        Column("appetite_reason", TEXT, "Reason and source of the placeholder."),
        Column("definition_version", TEXT, "Hash of SQL and YAML."),
    ),
    is_partitioned=False,
)

FEATURE_DAY = Table(
    "indicator",
    "feature_day",
    "Counts of what drift is measured on: length of answers, languages, mix of signals.",
    ("deployment_id", "day", "feature", "category"),
    (
        *PARTITION,
        Column(
            "feature",
            TEXT,
            "language, signal_mix, message_length, user_message_length, response_class or score.",
        ),
        Column("category", TEXT, "Bin, language or signal."),
        Column("message_count", COUNT, "Messages."),
    ),
)

QUALITY_DAY = Table(
    "indicator",
    "quality_day",
    "Counts of what became of the rows of a reporting day.",
    ("deployment_id", "day", "source", "reason"),
    (
        *PARTITION,
        Column("source", TEXT, "ingest, detect, or cascade for what a detector owes."),
        Column("reason", TEXT, "accepted, exact_duplicate, conflicting_duplicate, late, redacted ..."),
        Column("row_count", COUNT, "Rows."),
    ),
)

RECEIVED_DAY = Table(
    "indicator",
    "received_day",
    "When the records of a reporting day came.",
    ("deployment_id", "day", "received_on"),
    (
        *PARTITION,
        Column("received_on", DATE, "Day of delivery."),
        Column("record_count", COUNT, "Messages and events that came on it for this day."),
        Column("overdue_count", COUNT, "Of these, how many were more than seven days old."),
    ),
)

FIELD_DAY = Table(
    "indicator",
    "field_day",
    "In how many messages of a day each field is known.",
    ("deployment_id", "day", "field"),
    (
        *PARTITION,
        Column("field", TEXT, "A column of staging.message."),
        Column("known_count", COUNT, "Messages that give it."),
        Column("row_count", COUNT, "Messages."),
    ),
)

FINDING_DAY = Table(
    "indicator",
    "finding_day",
    "How often each detector found each signal.",
    ("deployment_id", "day", "signal_id", "detector_id", "detector_version"),
    (
        *PARTITION,
        Column("signal_id", TEXT, "Signal."),
        Column("detector_id", TEXT, "Detector."),
        Column("detector_version", TEXT, "Its version."),
        Column("message_count", COUNT, "Messages with an alert."),
        Column("conversation_count", COUNT, "Conversations with an alert."),
        Column("sieve_message_count", COUNT, "Messages from the sieve on, alerts included."),
    ),
)

LANGUAGE_DAY = Table(
    "indicator",
    "language_day",
    "In which languages people write, and whether detectors read any of it.",
    ("deployment_id", "day", "language", "is_seen"),
    (
        *PARTITION,
        Column("language", TEXT, "Language in which most of the user's messages are read; or 'unknown'."),
        Column("is_seen", FLAG, "Whether a detector scored at least one message of the user."),
        Column("conversation_count", COUNT, "Conversations."),
        Column("message_count", COUNT, "Messages of the user in them."),
    ),
)

VERSION_DAY = Table(
    "indicator",
    "version_day",
    "Which models and prompt versions spoke on a day, and which detectors scored it.",
    ("deployment_id", "day", "what", "value"),
    (
        *PARTITION,
        Column("what", TEXT, "model, prompt or detector."),
        Column("value", TEXT, "Its name in the log; of a detector detector@version."),
        Column("message_count", COUNT, "Answers of the assistant; messages that a detector scored."),
        Column("conversation_count", COUNT, "Those with such an answer; null of a detector.", nullable=True),
    ),
)

TABLES = (
    DEFINITION,
    FEATURE_DAY,
    QUALITY_DAY,
    RECEIVED_DAY,
    FIELD_DAY,
    FINDING_DAY,
    LANGUAGE_DAY,
    VERSION_DAY,
    INDICATOR_DAY,
    INDICATOR_BUCKET,
    SLICE_BUCKET,
    INDICATOR_HISTOGRAM,
    HISTOGRAM_BUCKET,
    INDICATOR_WEEK,
    INDICATOR_WEEK_BUCKET,
)
