"""Runs migrations on the connection that the store passes in; there is no alembic.ini."""

from alembic import context

from risk_register.database.tables.every import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
