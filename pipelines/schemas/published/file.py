"""What the published file says of itself, and where its numbers come from."""

from pipelines.schemas.published.declaration import DEPLOYMENT_ID, declare
from pipelines.schemas.table import COUNT, DATE, FLAG, TEXT, TIMESTAMP, Column

BUILD = declare(
    "build",
    "One row: what this file is and how fresh.",
    ("generation",),
    Column("generation", COUNT, "Generation of the lake."),
    Column("built_at", TIMESTAMP, "When it was built."),
    Column("code_version", TEXT, "Version of the code."),
    Column("taxonomy_version", TEXT, "Version of the signal taxonomy."),
    Column("home_kind", TEXT, "demo or real."),
    Column(
        "worst_delay_minutes", COUNT, "Longest time from a delivery to its appearance here, by the schedule."
    ),
)

DICTIONARY = declare(
    "dictionary",
    "What every published column means.",
    ("table_name", "column_name"),
    Column("table_name", TEXT, "Table of the schema `published`."),
    Column("column_name", TEXT, "Column."),
    Column("type", TEXT, "Arrow type."),
    Column("is_nullable", FLAG, "Whether it may be unknown."),
    Column("is_key", FLAG, "Whether it is part of the key."),
    Column("meaning", TEXT, "What it means."),
)

LINEAGE = declare(
    "lineage",
    "Which table or file each indicator is computed from.",
    ("target", "origin"),
    Column("target", TEXT, "Table or indicator."),
    Column("origin", TEXT, "What it reads."),
)

DEPLOYMENT = declare(
    "deployment",
    "One row a deployment.",
    ("deployment_id",),
    DEPLOYMENT_ID,
    Column("title", TEXT, "Name for people."),
    Column("zone", TEXT, "IANA zone of the reporting day."),
    Column("first_day", DATE, "First day with data.", nullable=True),
    Column("last_day", DATE, "Last day with data.", nullable=True),
    Column("conversation_count", COUNT, "Conversations held."),
    Column("message_count", COUNT, "Messages held."),
)
