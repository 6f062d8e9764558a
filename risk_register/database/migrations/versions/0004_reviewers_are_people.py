"""Flags and settings of reviews; an item knows its day, and whose conversation it is."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("review_item", sa.Column("user_id", sa.String(length=200), nullable=True))
    op.add_column("review_item", sa.Column("day", sa.Date(), nullable=True))
    op.create_table(
        "review_flag",
        sa.Column("item_id", sa.String(length=200), nullable=False),
        sa.Column("deployment_id", sa.String(length=200), nullable=False),
        sa.Column("flagged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["review_item.item_id"], name=op.f("fk_review_flag_item_id")),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.deployment_id"], name=op.f("fk_review_flag_deployment_id")
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_review_flag")),
    )
    op.create_index(op.f("ix_review_flag_deployment_id"), "review_flag", ["deployment_id"], unique=False)
    op.create_table(
        "review_setting",
        sa.Column("deployment_id", sa.String(length=200), nullable=False),
        sa.Column("capacity_per_week", sa.Integer(), nullable=True),
        sa.Column("support_contact", sa.Text(), nullable=False),
        sa.Column("crisis_protocol", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(length=200), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.deployment_id"], name=op.f("fk_review_setting_deployment_id")
        ),
        sa.PrimaryKeyConstraint("deployment_id", name=op.f("pk_review_setting")),
    )
    # The outbox knows since the third version whether a notice was sent.
    with op.batch_alter_table("page") as batch:
        batch.drop_column("sent_at")
