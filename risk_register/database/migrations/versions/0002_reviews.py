"""Reviews, pages, proposals of ratings and imports, locations."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# What was written down is never changed or deleted, whatever program is connected. Whoever owns the database can
# still take a guard away; then the chain shows it.
AUDIT_GUARDS = {
    "sqlite": (
        """create trigger audit_entry_is_never_changed before update on audit_entry
        begin select raise(abort, 'an audit entry is never changed'); end""",
        """create trigger audit_entry_is_never_deleted before delete on audit_entry
        begin select raise(abort, 'an audit entry is never deleted'); end""",
    ),
    "postgresql": (
        """create function refuse_audit_change() returns trigger language plpgsql as
        $$ begin raise exception 'an audit entry is never changed or deleted'; end $$""",
        """create trigger audit_entry_is_never_changed before update or delete on audit_entry
        for each row execute function refuse_audit_change()""",
        """create trigger audit_entry_is_never_emptied before truncate on audit_entry
        for each statement execute function refuse_audit_change()""",
    ),
}


def upgrade() -> None:
    op.create_table(
        "reviewer",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("languages", sa.String(length=200), nullable=False),
        sa.Column("topics_not_taken", sa.Text(), nullable=False),
        sa.Column("zone", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_reviewer")),
    )
    op.create_table(
        "import_proposal",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("deployment_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("proposed_by", sa.String(length=200), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.String(length=200), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.deployment_id"], name=op.f("fk_import_proposal_deployment_id")
        ),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_import_proposal")),
    )
    op.create_table(
        "location",
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("deployment_id", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("is_found", sa.Boolean(), nullable=False),
        sa.Column("source_file", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("why_not", sa.Text(), nullable=False),
        sa.Column("located_by", sa.String(length=200), nullable=False),
        sa.Column("located_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirm_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.String(length=200), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.deployment_id"], name=op.f("fk_location_deployment_id")
        ),
        sa.PrimaryKeyConstraint("location_id", name=op.f("pk_location")),
    )
    op.create_table(
        "rating_proposal",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("deployment_id", sa.String(length=200), nullable=False),
        sa.Column("risk_id", sa.String(length=200), nullable=False),
        sa.Column("indicator_id", sa.String(length=200), nullable=False),
        sa.Column("slice", sa.String(length=40), nullable=False),
        sa.Column("slice_value", sa.String(length=200), nullable=False),
        sa.Column("observed_rate", sa.Double(), nullable=False),
        sa.Column("upper_bound", sa.Double(), nullable=False),
        sa.Column("unit_count", sa.Integer(), nullable=False),
        sa.Column("is_exposure_limited", sa.Boolean(), nullable=False),
        sa.Column("severity", sa.String(length=40), nullable=False),
        sa.Column("probability", sa.String(length=40), nullable=False),
        sa.Column("rated_probability", sa.String(length=40), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.deployment_id"], name=op.f("fk_rating_proposal_deployment_id")
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_rating_proposal")),
    )
    op.create_table(
        "review_sample",
        sa.Column("sample_id", sa.String(length=200), nullable=False),
        sa.Column("deployment_id", sa.String(length=200), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=True),
        sa.Column("frame_hash", sa.String(length=64), nullable=False),
        sa.Column("frame_size", sa.Integer(), nullable=False),
        sa.Column("sample_size", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("detector_version", sa.Text(), nullable=False),
        sa.Column("taxonomy_version", sa.String(length=40), nullable=False),
        sa.Column("drawn_by", sa.String(length=200), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.deployment_id"], name=op.f("fk_review_sample_deployment_id")
        ),
        sa.PrimaryKeyConstraint("sample_id", name=op.f("pk_review_sample")),
        sa.UniqueConstraint("deployment_id", "week", name=op.f("uq_review_sample_deployment_id")),
    )
    op.create_table(
        "page",
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("deployment_id", sa.String(length=200), nullable=False),
        sa.Column("incident_id", sa.String(length=200), nullable=False),
        sa.Column("conversation_id", sa.String(length=200), nullable=False),
        sa.Column("raised_by", sa.String(length=200), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_by", sa.String(length=200), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.deployment_id"], name=op.f("fk_page_deployment_id")
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.incident_id"], name=op.f("fk_page_incident_id")),
        sa.PrimaryKeyConstraint("page_id", name=op.f("pk_page")),
    )
    op.create_table(
        "review_item",
        sa.Column("item_id", sa.String(length=200), nullable=False),
        sa.Column("sample_id", sa.String(length=200), nullable=False),
        sa.Column("deployment_id", sa.String(length=200), nullable=False),
        sa.Column("conversation_id", sa.String(length=200), nullable=False),
        sa.Column("stratum_id", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("draw_position", sa.Integer(), nullable=False),
        sa.Column("inclusion_probability", sa.Double(), nullable=False),
        sa.Column("needs_second", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("label_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.deployment_id"], name=op.f("fk_review_item_deployment_id")
        ),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["review_sample.sample_id"], name=op.f("fk_review_item_sample_id")
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_review_item")),
        sa.UniqueConstraint("sample_id", "conversation_id", name=op.f("uq_review_item_sample_id")),
    )
    op.create_index(op.f("ix_review_item_deployment_id"), "review_item", ["deployment_id"], unique=False)
    op.create_index(op.f("ix_review_item_sample_id"), "review_item", ["sample_id"], unique=False)
    op.create_index(op.f("ix_review_item_state"), "review_item", ["state"], unique=False)
    op.create_table(
        "review_stratum",
        sa.Column("sample_id", sa.String(length=200), nullable=False),
        sa.Column("stratum_id", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("is_flagged", sa.Boolean(), nullable=False),
        sa.Column("unit_count", sa.Integer(), nullable=False),
        sa.Column("sample_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["review_sample.sample_id"], name=op.f("fk_review_stratum_sample_id")
        ),
        sa.PrimaryKeyConstraint("sample_id", "stratum_id", name=op.f("pk_review_stratum")),
    )
    op.create_table(
        "review_assignment",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=200), nullable=False),
        sa.Column("reviewer", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("is_severe", sa.Boolean(), nullable=False),
        sa.Column("served_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["review_item.item_id"], name=op.f("fk_review_assignment_item_id")
        ),
        sa.PrimaryKeyConstraint("assignment_id", name=op.f("pk_review_assignment")),
    )
    op.create_index(op.f("ix_review_assignment_item_id"), "review_assignment", ["item_id"], unique=False)
    op.create_index(op.f("ix_review_assignment_reviewer"), "review_assignment", ["reviewer"], unique=False)
    op.create_table(
        "review_label",
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=200), nullable=False),
        sa.Column("reviewer", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("labelled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["review_item.item_id"], name=op.f("fk_review_label_item_id")),
        sa.PrimaryKeyConstraint("label_id", name=op.f("pk_review_label")),
        sa.UniqueConstraint("item_id", "purpose", name="uq_review_label_item_id_purpose"),
        sa.UniqueConstraint("item_id", "reviewer", name="uq_review_label_item_id_reviewer"),
    )
    # ### end Alembic commands ###
    for statement in AUDIT_GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)
