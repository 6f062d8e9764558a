"""Rules for the rows of `staging.conversation`."""

from pipelines.quality.suite import RowRule, RowSuite, Severity

MOST_MESSAGES = 2_000

SUITE = RowSuite(
    "conversation",
    parameters={"most_messages": MOST_MESSAGES},
    rules=(
        RowRule(
            "conversation_id_is_unique",
            Severity.STOP,
            "Every conversation is there once.",
            why="A conversation that is counted twice moves every rate.",
            next_step="Earlier versions stored a message twice where a copy came days after the first. "
            "Deliver its thread again, in a file that is not the same byte for byte.",
        ),
        RowRule(
            "time_runs_forward",
            Severity.STOP,
            "No conversation ends before it begins.",
            why="Turns out of order turn an answer into silence.",
            next_step="Check which field of the log holds the time of a message.",
        ),
        RowRule(
            "user_speaks",
            Severity.TELL,
            "Conversations hold words of the user.",
            why="A conversation without the user's words cannot show risk.",
            next_step="Check that the user's messages are exported and their role is mapped.",
            tolerance=0.1,
        ),
        RowRule(
            "assistant_answers",
            Severity.TELL,
            "Conversations hold answers.",
            why="A conversation without answers counts as no escalation.",
            next_step="Check that the assistant's messages are exported and their role is mapped.",
            tolerance=0.1,
        ),
        RowRule(
            "length_is_plausible",
            Severity.TELL,
            f"Conversations have at most {MOST_MESSAGES:,} messages.",
            why="A conversation of thousands of messages is often a shared or automated session.",
            next_step="Check whether test traffic or a shared session id is exported.",
        ),
    ),
)
