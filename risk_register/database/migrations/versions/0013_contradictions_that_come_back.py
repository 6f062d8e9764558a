"""A task about an answer stands while the contradiction lasts: when it eased is kept, and it may come back."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("item_task", sa.Column("eased_at", sa.DateTime(timezone=True), nullable=True))
