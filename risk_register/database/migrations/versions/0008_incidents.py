"""Incidents: where one came from, its nature and cause, timeline, tasks, reports and holds."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("incident") as batch:
        batch.add_column(sa.Column("origin", sa.String(length=40), nullable=False, server_default="by_hand"))
        batch.add_column(sa.Column("origin_reference", sa.String(length=200), nullable=True))
        batch.add_column(sa.Column("nature", sa.String(length=40), nullable=False, server_default="not_serious"))
        batch.add_column(sa.Column("affected_count", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("causality", sa.String(length=40), nullable=False, server_default="not_assessed"))
        batch.add_column(sa.Column("cause", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "incident_entry",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.String(length=200), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_by", sa.String(length=200), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.incident_id"], name=op.f("fk_incident_entry_incident_id")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_incident_entry")),
    )
    op.create_index(op.f("ix_incident_entry_incident_id"), "incident_entry", ["incident_id"], unique=False)
    op.create_table(
        "incident_task",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.String(length=200), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opened_by", sa.String(length=200), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_by", sa.String(length=200), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.incident_id"], name=op.f("fk_incident_task_incident_id")
        ),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_incident_task")),
    )
    op.create_index(op.f("ix_incident_task_incident_id"), "incident_task", ["incident_id"], unique=False)
    op.create_table(
        "incident_report",
        sa.Column("incident_id", sa.String(length=200), nullable=False),
        sa.Column("regime_id", sa.String(length=200), nullable=False),
        sa.Column("is_reportable", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("reported_by", sa.String(length=200), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.incident_id"], name=op.f("fk_incident_report_incident_id")
        ),
        sa.PrimaryKeyConstraint("incident_id", "regime_id", name=op.f("pk_incident_report")),
    )
    op.create_table(
        "incident_hold",
        sa.Column("hold_id", sa.String(length=40), nullable=False),
        sa.Column("incident_id", sa.String(length=200), nullable=False),
        sa.Column("deployment_id", sa.String(length=200), nullable=False),
        sa.Column("conversation_id", sa.String(length=200), nullable=False),
        sa.Column("thread_id", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.String(length=200), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("approved_by", sa.String(length=200), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.String(length=200), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("release_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.incident_id"], name=op.f("fk_incident_hold_incident_id")
        ),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.deployment_id"], name=op.f("fk_incident_hold_deployment_id")
        ),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_incident_hold")),
    )
    op.create_index(op.f("ix_incident_hold_incident_id"), "incident_hold", ["incident_id"], unique=False)
    op.create_index(op.f("ix_incident_hold_deployment_id"), "incident_hold", ["deployment_id"], unique=False)
