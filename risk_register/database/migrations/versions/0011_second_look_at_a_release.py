"""Who asked for the release of a hold, and when: a second person confirms it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incident_hold", sa.Column("release_asked_by", sa.String(length=200), nullable=True))
    op.add_column("incident_hold", sa.Column("release_asked_at", sa.DateTime(timezone=True), nullable=True))
