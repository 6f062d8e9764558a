"""Which version the tables of a store are at, which the code needs, and the way from one to the other."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

MIGRATIONS = Path(__file__).resolve().parent / "migrations"


def find_head() -> str:
    """The newest migration, read from the file names so that Alembic need not start."""
    return max(list_versions())


def list_versions() -> list[str]:
    """Every version that this code knows."""
    return [path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")]


def read_version(connection: Connection) -> str | None:
    """The version of the tables; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(text("select version_num from alembic_version")).scalar()
    return version


def apply_migrations(connection: Connection) -> None:
    """Bring the tables to the version of the code, within the transaction of the connection."""
    from alembic import command  # noqa: PLC0415  Alembic takes a second to start; only a migration needs it
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
