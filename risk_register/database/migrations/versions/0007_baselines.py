"""Decisions that a chart begins anew."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "baseline_decision",
        sa.Column("baseline_id", sa.String(length=200), nullable=False),
        sa.Column("deployment_id", sa.String(length=200), nullable=False),
        sa.Column("indicator_id", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"],
            ["deployment.deployment_id"],
            name=op.f("fk_baseline_decision_deployment_id_deployment"),
        ),
        sa.PrimaryKeyConstraint("baseline_id", name=op.f("pk_baseline_decision")),
    )
    op.create_index(
        op.f("ix_baseline_decision_deployment_id"), "baseline_decision", ["deployment_id"], unique=False
    )

