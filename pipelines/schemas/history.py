"""History: the little that a day needs of the days before it, shown to the SQL of facts.

Not tables of their own: rows of `fact.thread_risk` and `fact.user_presence` of a bounded number of earlier
days, so that a day costs the same however long a deployment has been watched.
"""

from pipelines.schemas.table import COUNT, PARTITION, TEXT, TIMESTAMP, Column, Table

THREAD_RISK = Table(
    "history",
    "thread_risk",
    "Rows of fact.thread_risk of the 29 days before.",
    ("deployment_id", "conversation_id"),
    (
        *PARTITION,
        Column("conversation_id", TEXT, "The earlier episode."),
        Column("thread_id", TEXT, "Its thread."),
        Column("started_at", TIMESTAMP, "Its first message."),
        Column("user_risk_level", COUNT, "The highest level of risk in it."),
    ),
)

USER_PRESENCE = Table(
    "history",
    "user_presence",
    "Rows of fact.user_presence of the 7 days before.",
    ("deployment_id", "day", "user_id"),
    (*PARTITION, Column("user_id", TEXT, "A user who wrote on that day.")),
)

LOOK_BACK_DAYS = {THREAD_RISK.name: 29, USER_PRESENCE.name: 7}
"""Days before a day that its facts read: 28 times 24 hours of risk, and seven days of presence."""

TABLES = (THREAD_RISK, USER_PRESENCE)
