"""What a declaration of a table consists of.

One declaration gives the Arrow schema, the description in the published file and the catalogue.
Tables that SQL writes (`fact`) are declared by their SQL file instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

TIMESTAMP = pa.timestamp("us", tz="UTC")
DATE = pa.date32()
TEXT = pa.string()
COUNT = pa.int64()
LEVEL = pa.int8()
NUMBER = pa.float64()
FLAG = pa.bool_()


@dataclass(frozen=True)
class Column:
    """A column: its name, Arrow type, meaning in a sentence, and whether it may be null."""

    name: str
    type: pa.DataType
    meaning: str
    nullable: bool = False


@dataclass(frozen=True)
class Table:
    """A table of one layer; a partitioned one is cut by `deployment_id` and `day`."""

    layer: str
    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    is_partitioned: bool = True

    @property
    def full_name(self) -> str:
        """`layer.name`, as SQL names it."""
        return f"{self.layer}.{self.name}"

    @property
    def arrow_schema(self) -> pa.Schema:
        """The Arrow schema, columns in declared order."""
        return pa.schema([pa.field(c.name, c.type, nullable=c.nullable) for c in self.columns])

    def empty(self) -> pa.Table:
        """A table of this schema without rows."""
        return self.arrow_schema.empty_table()


PARTITION = (
    Column("deployment_id", TEXT, "The deployment (an operator's product) this row belongs to."),
    Column("day", DATE, "Reporting day of the episode's first message, in the deployment's time zone."),
)

SLICES = ("model", "prompt_version", "language", "region", "age_band", "gender", "use", "surface")

USER_SLICES = ("language", "region", "age_band", "gender")
"""What is said of a person and not of a message; a user-week has no others."""

SLICE_COLUMNS = (
    Column("model", TEXT, "Model as the log names it; 'unknown' if the log does not say."),
    Column("prompt_version", TEXT, "Version of the system prompt; 'unknown' if the log does not say."),
    Column("language", TEXT, "ISO 639-1 language as supplied; 'unknown' if not."),
    Column("region", TEXT, "ISO 3166-1 or 3166-2 region as supplied; 'unknown' if not."),
    Column("age_band", TEXT, "Age band as supplied, never inferred; 'unknown' if not."),
    Column("gender", TEXT, "Gender as supplied, never inferred; 'unknown' if not."),
    Column("use", TEXT, "education, assessment or intervention as supplied; 'unknown' if not."),
    Column("surface", TEXT, "App or channel as supplied; 'unknown' if not."),
)
