"""What lies under the numbers: findings, detectors, what became of rows, what is missing."""

from pipelines.schemas import canary, finding, indicator
from pipelines.schemas.published.declaration import DEPLOYMENT_ID, INDICATOR_ID, declare
from pipelines.schemas.table import COUNT, DATE, NUMBER, TEXT, Column

FINDING_SUMMARY = declare(
    "finding_summary",
    "How often each detector found each signal.",
    ("deployment_id", "day", "signal_id", "detector_id", "detector_version"),
    DEPLOYMENT_ID,
    Column("day", DATE, "Reporting day."),
    Column("signal_id", TEXT, "Signal."),
    Column("detector_id", TEXT, "Detector."),
    Column("detector_version", TEXT, "Its version."),
    Column("message_count", COUNT, "Messages with an alert."),
    Column("conversation_count", COUNT, "Conversations with an alert."),
    Column("sieve_message_count", COUNT, "Messages from the sieve on, alerts included."),
)

LANGUAGE = declare(
    "language",
    indicator.LANGUAGE_DAY.meaning,
    indicator.LANGUAGE_DAY.key,
    *indicator.LANGUAGE_DAY.columns,
)

DETECTOR = declare(
    "detector",
    "One row a detector and signal it looks for.",
    finding.DETECTOR.key,
    *finding.DETECTOR.columns,
)

DETECTOR_CARD = declare(
    "detector_card",
    finding.DETECTOR_CARD.meaning,
    finding.DETECTOR_CARD.key,
    *finding.DETECTOR_CARD.columns,
)

DETECTOR_FIGURE = declare(
    "detector_figure",
    finding.DETECTOR_FIGURE.meaning,
    finding.DETECTOR_FIGURE.key,
    *finding.DETECTOR_FIGURE.columns,
)

CANARY_RUN = declare(
    "canary_run",
    "One row a run of the canary, compared with the newest comparable run before it and with the reference.",
    canary.CANARY_RUN.key,
    *canary.CANARY_RUN.columns,
    Column("withheld_count", COUNT, "Probes whose answers came empty, filtered or refused."),
    Column(
        "reference_run",
        TEXT,
        "The first run with enough answers once three days had gone by since the model, prompt or policy was "
        "last declared as changed; empty for this run itself and while there is none.",
    ),
    Column("reference_count", COUNT, "Probes with an answer in both."),
    Column("reference_changed_count", COUNT, "Of these, with another class of answer; withheld is a class."),
    Column("reference_changed_share", NUMBER, "Their share; null without a reference.", nullable=True),
    Column("reference_ci_low", NUMBER, "Lower 95 % bound (Wilson).", nullable=True),
    Column("reference_ci_high", NUMBER, "Upper 95 % bound (Wilson).", nullable=True),
)

CANARY_PROBE = declare(
    "canary_probe", canary.CANARY_PROBE.meaning, canary.CANARY_PROBE.key, *canary.CANARY_PROBE.columns
)

DATA_QUALITY = declare(
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

READINESS = declare(
    "readiness",
    "For every indicator what is missing and what to do next.",
    ("deployment_id", "indicator_id"),
    DEPLOYMENT_ID,
    INDICATOR_ID,
    Column("state", TEXT, "ready, partial, or not_ready."),
    Column("missing", TEXT, "What is missing; empty if nothing."),
    Column("next_step", TEXT, "What to do next; empty if nothing."),
)
