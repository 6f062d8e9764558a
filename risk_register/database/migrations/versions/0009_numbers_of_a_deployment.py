"""Numbers that count within a deployment (what exists keeps its number, which the audit names); reports."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NUMBERED = {
    "appetite_decision": ("deployment_id", "proposal_id"),
    "rating_proposal": ("deployment_id", "proposal_id"),
    "import_proposal": ("deployment_id", "import_id"),
    "item_task": ("deployment_id", "task_id"),
    "incident_task": ("incident_id", "task_id"),
    "location": ("deployment_id", "location_id"),
    "page": ("deployment_id", "page_id"),
}


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, (parent, number) in NUMBERED.items():
        with op.batch_alter_table(table) as batch:
            if is_postgresql:
                batch.alter_column(number, server_default=None)
            batch.drop_constraint(f"pk_{table}", type_="primary")
            batch.create_primary_key(f"pk_{table}", [parent, number])
    if is_postgresql:
        op.execute("alter table notice alter column notice_id drop default")
        for table, number in [("notice", "notice_id"), *((name, pair[1]) for name, pair in NUMBERED.items())]:
            op.execute(f"drop sequence if exists {table}_{number}_seq")
    with op.batch_alter_table("incident_hold") as batch:
        batch.alter_column("hold_id", type_=sa.String(length=200), existing_type=sa.String(length=40))
    op.create_table(
        "report_submission",
        sa.Column("deployment_id", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("report", sa.String(length=200), nullable=False),
        sa.Column("period", sa.String(length=40), nullable=False),
        sa.Column("manifest_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("submitted_by", sa.String(length=200), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.String(length=200), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_by", sa.String(length=200), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("filed_by", sa.String(length=200), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("declined_by", sa.String(length=200), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.deployment_id"], name=op.f("fk_report_submission_deployment_id")
        ),
        sa.PrimaryKeyConstraint("deployment_id", "number", name=op.f("pk_report_submission")),
    )
