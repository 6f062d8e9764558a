"""Rules for `staging.event`."""

from pipelines.quality.suite import Rule, Severity, Suite

SUITE = Suite(
    name="event",
    key="event_id",
    columns=("event_id", "kind", "detail", "conversation_id"),
    rules=(
        Rule(
            "event_id_is_unique",
            Severity.STOP,
            "ExpectColumnValuesToBeUnique",
            why="A notice that is counted twice is a wrong statutory count.",
            next_step="This is a fault of ingest; report it.",
            arguments={"column": "event_id"},
        ),
        Rule(
            "kind_is_known",
            Severity.STOP,
            "ExpectColumnValuesToBeInSet",
            why="An event of another kind would silently count nowhere.",
            next_step="Check the mapping of events.",
            arguments={"column": "kind", "value_set": ["handoff", "notice"]},
        ),
        Rule(
            "episode_is_known",
            Severity.TELL,
            "ExpectColumnValuesToNotBeNull",
            why="An event whose conversation has not come is counted in no conversation yet.",
            next_step="Check that events and messages carry the same thread id; late messages resolve it.",
            arguments={"column": "conversation_id"},
            tolerance=0.02,
        ),
    ),
)
