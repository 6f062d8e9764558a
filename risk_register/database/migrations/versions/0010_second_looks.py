"""Versions and judges of incidents, who vouched for a password, and editions of issued reports."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Who had judged an incident so far stands in the audit alone.
JUDGED = """
    update incident set judged_by = (
        select actor from audit_entry
        where action = 'incident_assessed' and subject = incident.incident_id
        order by sequence desc limit 1
    )
"""
# A password that somebody set after a link is worth as much as that link.
VOUCHED = "update account set password_vouched_by = vouched_by where password_hash is not null"


def upgrade() -> None:
    op.add_column("incident", sa.Column("judged_by", sa.String(length=200), nullable=True))
    op.add_column("incident", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("account", sa.Column("password_vouched_by", sa.String(length=200), nullable=True))
    for name, kind in (("edition", sa.Integer()), ("edition_hash", sa.String(length=64)), ("corrects", sa.Integer())):
        op.add_column("report_submission", sa.Column(name, kind, nullable=True))
    op.add_column("report_submission", sa.Column("correction_reason", sa.Text(), nullable=False, server_default=""))
    op.execute(JUDGED)
    op.execute(VOUCHED)
