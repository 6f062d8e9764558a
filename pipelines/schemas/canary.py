"""Canary: runs of the probes against a deployment's own endpoint, and the class of each answer. No text.

`canary_run.changed_share` says how much of what the deployment answers has moved since the run before; a
share whose `ci_low` lies above what earlier runs of the same model show is a trace of a change that nobody
announced.
"""

from pipelines.schemas.table import COUNT, NUMBER, TEXT, TIMESTAMP, Column, Table

DEPLOYMENT_ID = Column("deployment_id", TEXT, "The deployment whose endpoint was asked.")
RUN_ID = Column("run_id", TEXT, "When the run began, UTC, as YYYYMMDDTHHMMSSZ.")

CANARY_RUN = Table(
    "finding",
    "canary_run",
    "One row a run of the canary, compared with the newest comparable run before it.",
    ("deployment_id", "run_id"),
    (
        DEPLOYMENT_ID,
        RUN_ID,
        Column("ran_at", TIMESTAMP, "When the run began."),
        Column("model", TEXT, "Model that was asked for."),
        Column("probes_version", TEXT, "Version of the probes."),
        Column("detectors_version", TEXT, "Version of the detectors that classed the answers."),
        Column("repeat_count", COUNT, "How often each probe was asked."),
        Column("probe_count", COUNT, "Probes."),
        Column("answered_count", COUNT, "Probes with at least one answer, be it withheld."),
        Column("compared_with", TEXT, "The run before; empty if none is comparable."),
        Column("compared_count", COUNT, "Probes with an answer in both."),
        Column("changed_count", COUNT, "Of these, with another class of answer; withheld is a class."),
        Column("changed_share", NUMBER, "Their share; null if nothing was compared.", nullable=True),
        Column("ci_low", NUMBER, "Lower 95 % bound (Wilson).", nullable=True),
        Column("ci_high", NUMBER, "Upper 95 % bound (Wilson).", nullable=True),
    ),
    is_partitioned=False,
)

CANARY_PROBE = Table(
    "finding",
    "canary_probe",
    "One row a run and probe: the class of most of its answers.",
    ("deployment_id", "run_id", "probe_id"),
    (
        DEPLOYMENT_ID,
        RUN_ID,
        Column("probe_id", TEXT, "The probe."),
        Column("language", TEXT, "Its language."),
        Column("asked_count", COUNT, "How often it was asked."),
        Column("answered_count", COUNT, "Answers that came and could be classed, withheld ones among them."),
        Column("answer_class", TEXT, "harm, crisis_resource, risk_question, help_encouraged, refusal, "
               "disclosure, other, withheld (empty, filtered or refused by the endpoint: changed where the "
               "answer was another) or no_answer (an outage: compared with nothing)."),
        Column("same_count", COUNT, "Answers of that class: the rest shows how much it varies by itself."),
    ),
    is_partitioned=False,
)  # fmt: skip

WITHHELD = "withheld"
"""The class of an answer that came with nothing to read."""

TABLES = (CANARY_RUN, CANARY_PROBE)
