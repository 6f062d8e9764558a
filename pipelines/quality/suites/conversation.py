"""Rules for `staging.conversation`."""

from pipelines.quality.suite import Rule, Severity, Suite

SUITE = Suite(
    name="conversation",
    key="conversation_id",
    columns=(
        "conversation_id",
        "started_at",
        "ended_at",
        "message_count",
        "user_message_count",
        "assistant_message_count",
    ),
    rules=(
        Rule(
            "conversation_id_is_unique",
            Severity.STOP,
            "ExpectColumnValuesToBeUnique",
            why="A conversation that is counted twice moves every rate.",
            next_step="This is a fault of ingest; report it.",
            arguments={"column": "conversation_id"},
        ),
        Rule(
            "time_runs_forward",
            Severity.STOP,
            "ExpectColumnPairValuesAToBeGreaterThanB",
            why="Turns out of order turn an answer into silence.",
            next_step="Check which field of the log holds the time of a message.",
            arguments={"column_A": "ended_at", "column_B": "started_at", "or_equal": True},
        ),
        Rule(
            "user_speaks",
            Severity.TELL,
            "ExpectColumnValuesToBeBetween",
            why="A conversation without the user's words cannot show risk.",
            next_step="Check that the user's messages are exported and their role is mapped.",
            arguments={"column": "user_message_count", "min_value": 1},
            tolerance=0.1,
        ),
        Rule(
            "assistant_answers",
            Severity.TELL,
            "ExpectColumnValuesToBeBetween",
            why="A conversation without answers counts as no escalation.",
            next_step="Check that the assistant's messages are exported and their role is mapped.",
            arguments={"column": "assistant_message_count", "min_value": 1},
            tolerance=0.1,
        ),
        Rule(
            "length_is_plausible",
            Severity.TELL,
            "ExpectColumnValuesToBeBetween",
            why="A conversation of thousands of messages is often a shared or automated session.",
            next_step="Check whether test traffic or a shared session id is exported.",
            arguments={"column": "message_count", "max_value": 2_000},
        ),
    ),
)
