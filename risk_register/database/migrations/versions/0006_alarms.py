"""Alarms: cases, decisions, streams, mutes and grave findings."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarm_case",
        sa.Column("alarm_id", sa.String(length=200), nullable=False),
        sa.Column("deployment_id", sa.String(length=200), nullable=False),
        sa.Column("stream_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("cause", sa.String(length=200), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("judged_through", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("resolution", sa.String(length=40), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.deployment_id"], name=op.f("fk_alarm_case_deployment_id")
        ),
        sa.PrimaryKeyConstraint("alarm_id", name=op.f("pk_alarm_case")),
    )
    op.create_index(op.f("ix_alarm_case_deployment_id"), "alarm_case", ["deployment_id"], unique=False)
    op.create_table(
        "alarm_decision",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("alarm_id", sa.String(length=200), nullable=False),
        sa.Column("deployment_id", sa.String(length=200), nullable=False),
        sa.Column("stream_id", sa.String(length=200), nullable=False),
        sa.Column("from_state", sa.String(length=40), nullable=False),
        sa.Column("to_state", sa.String(length=40), nullable=False),
        sa.Column("resolution", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("judged_through", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["alarm_id"], ["alarm_case.alarm_id"], name=op.f("fk_alarm_decision_alarm_id")
        ),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.deployment_id"], name=op.f("fk_alarm_decision_deployment_id")
        ),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_alarm_decision")),
    )
    op.create_index(op.f("ix_alarm_decision_alarm_id"), "alarm_decision", ["alarm_id"], unique=False)
    op.create_table(
        "alarm_stream",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("deployment_id", sa.String(length=200), nullable=False),
        sa.Column("stream_id", sa.String(length=200), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("back_test", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.deployment_id"], name=op.f("fk_alarm_stream_deployment_id")
        ),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_alarm_stream")),
    )
    op.create_table(
        "alarm_mute",
        sa.Column("mute_id", sa.Integer(), nullable=False),
        sa.Column("deployment_id", sa.String(length=200), nullable=False),
        sa.Column("stream_id", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("muted_by", sa.String(length=200), nullable=False),
        sa.Column("muted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(length=200), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.deployment_id"], name=op.f("fk_alarm_mute_deployment_id")
        ),
        sa.PrimaryKeyConstraint("mute_id", name=op.f("pk_alarm_mute")),
    )
    op.create_table(
        "grave_finding",
        sa.Column("finding_id", sa.String(length=200), nullable=False),
        sa.Column("deployment_id", sa.String(length=200), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("signal_id", sa.String(length=80), nullable=False),
        sa.Column("detector_id", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notice_id", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.deployment_id"], name=op.f("fk_grave_finding_deployment_id")
        ),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_grave_finding")),
    )
    op.create_index(op.f("ix_grave_finding_deployment_id"), "grave_finding", ["deployment_id"], unique=False)
