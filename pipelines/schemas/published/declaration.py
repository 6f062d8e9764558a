"""How a published table is declared, and the columns that most of them share."""

from pipelines.schemas.table import TEXT, Column, Table

DEPLOYMENT_ID = Column("deployment_id", TEXT, "The deployment.")
INDICATOR_ID = Column("indicator_id", TEXT, "The indicator.")


def declare(name: str, meaning: str, key: tuple[str, ...], *columns: Column) -> Table:
    """A table of the schema `published`; none is cut into partitions."""
    return Table("published", name, meaning, key, columns, is_partitioned=False)
