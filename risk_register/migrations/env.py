"""Runs migrations on the connection that the store passes in; there is no alembic.ini."""

from alembic import context

# Their tables join the metadata by being declared.
from risk_register import (  # noqa: F401
    account_tables,
    alarm_tables,
    baselines,
    incident_tables,
    notice_tables,
    register_tables,
    report_tables,
    review_tables,
)
from risk_register.model import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
