"""What people decided: appetites, changes, and copies of the register as of the build."""

from pipelines.schemas.published.declaration import DEPLOYMENT_ID, INDICATOR_ID, declare
from pipelines.schemas.table import COUNT, DATE, FLAG, NUMBER, TEXT, TIMESTAMP, Column

APPETITE = declare(
    "appetite",
    "The appetite in force, or the placeholder that ships.",
    ("deployment_id", "indicator_id", "effective_from"),
    DEPLOYMENT_ID,
    INDICATOR_ID,
    Column("effective_from", DATE, "First day it holds."),
    Column("watch", NUMBER, "Watch limit.", nullable=True),
    Column("breach", NUMBER, "Breach limit.", nullable=True),
    Column("side", TEXT, "above or below: which side of the limit is bad."),
    Column("is_placeholder", FLAG, "True until a person has approved one for this deployment."),
    Column("version", COUNT, "Version; 0 for a placeholder."),
    Column("reason", TEXT, "Why this limit."),
    Column("proposed_by", TEXT, "Role or account that proposed.", nullable=True),
    Column("approved_by", TEXT, "Who approved; another person.", nullable=True),
)

CHANGE = declare(
    "change",
    "Changes of model, prompt or policy, announced by people or seen in the logs.",
    ("change_id",),
    Column("change_id", TEXT, "Id."),
    DEPLOYMENT_ID,
    Column("effective_on", DATE, "From which day."),
    Column("what", TEXT, "model, prompt, policy, detector, appetite, zone."),
    Column("note", TEXT, "From what to what."),
    Column("origin", TEXT, "declared (a person or CI said so) or observed (seen in the logs)."),
    Column("is_planned", FLAG, "Whether it was planned.", nullable=True),
    Column("declared_by", TEXT, "Account.", nullable=True),
)

RISK = declare(
    "risk",
    "As-of copy of the risk register.",
    ("deployment_id", "risk_id"),
    DEPLOYMENT_ID,
    Column("risk_id", TEXT, "Id, snake_case."),
    Column("reference", TEXT, "R-01 ..."),
    Column("title", TEXT, "Title."),
    Column("statement", TEXT, "Cause -> event -> consequence."),
    Column("state", TEXT, "State of the workflow."),
    Column("inherent_severity", TEXT, "S1-S5."),
    Column("inherent_probability", TEXT, "Probability class."),
    Column("residual_severity", TEXT, "S1-S5.", nullable=True),
    Column("residual_probability", TEXT, "Probability class.", nullable=True),
    Column("acceptability", TEXT, "acceptable, investigate or unacceptable, by the matrix."),
    Column("owner", TEXT, "Role.", nullable=True),
    Column("review_due_on", DATE, "Next review.", nullable=True),
    Column("is_overdue", FLAG, "Whether its review is overdue or was never set, or its acceptance ran out."),
    Column("indicator_ids", TEXT, "Linked KRIs, comma separated; of a slice: indicator[slice=value]."),
    Column(
        "worst_status",
        TEXT,
        "Worst status of its KRIs in the newest complete week of each; unknown above within.",
    ),
)

CHECKLIST_ITEM = declare(
    "checklist_item",
    "As-of copy of the ethics checklist.",
    ("deployment_id", "item_id"),
    DEPLOYMENT_ID,
    Column("item_id", TEXT, "Id."),
    Column("reference", TEXT, "EC-01 ..."),
    Column("stage", TEXT, "development, pre_deployment, deployment or ongoing."),
    Column("question", TEXT, "The question."),
    Column("state", TEXT, "not_started, in_progress, met, met_with_exceptions, not_met, not_applicable."),
    Column("attested_by", TEXT, "Account.", nullable=True),
    Column("attested_on", DATE, "Date.", nullable=True),
    Column("expires_on", DATE, "When the attestation runs out.", nullable=True),
    Column(
        "is_evidence_withdrawn", FLAG, "Whether it says met, and nothing that is in use shows it any more."
    ),
    Column(
        "is_overdue",
        FLAG,
        "Whether it has run out, was never given when due, or lost its evidence, and no waiver holds.",
    ),
    Column(
        "waived_until",
        DATE,
        "Last day until which it need not be met, as two people decided; null: no waiver is in force.",
        nullable=True,
    ),
    Column("contradicted_by", TEXT, "Breached indicators, comma separated; empty if none."),
)

REGIME = declare(
    "regime",
    "As-of copy of the regimes beside each deployment, with the decision on whether they apply.",
    ("deployment_id", "regime_id"),
    DEPLOYMENT_ID,
    Column("regime_id", TEXT, "Id."),
    Column("title", TEXT, "Title."),
    Column("jurisdiction", TEXT, "Country, with the region where it is one; INT for none."),
    Column("force", TEXT, "law, guidance or voluntary."),
    Column(
        "is_applicable", FLAG, "Whether it applies here, as signed; null: nobody has signed.", nullable=True
    ),
    Column("decided_by", TEXT, "Account that signed.", nullable=True),
    Column("decided_on", DATE, "Day of the signature, in UTC.", nullable=True),
    Column("confidence", TEXT, "How the text was checked: verified, verified_area, secondary, from_memory."),
    Column("verified_on", DATE, "When its text was last read."),
    Column("verify_again_by", DATE, "The last day on which that is recent enough."),
)

INCIDENT = declare(
    "incident",
    "As-of copy of the incidents.",
    ("incident_id",),
    Column("incident_id", TEXT, "Id."),
    DEPLOYMENT_ID,
    Column("title", TEXT, "Title."),
    Column("severity", TEXT, "S1-S5."),
    Column("state", TEXT, "State."),
    Column("opened_at", TIMESTAMP, "Opened."),
    Column("closed_at", TIMESTAMP, "Closed; null while it is open.", nullable=True),
)
