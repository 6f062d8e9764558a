"""Rules for a day as a whole, on the shares that `sql/quality/batch.sql` counts."""

from pipelines.quality.suite import BatchRule, BatchSuite, Severity

CHECK_EXPORT = "Check that messages of both sides are exported, and how their roles are mapped."

SUITE = BatchSuite(
    "batch",
    rules=(
        BatchRule(
            "assistant_is_heard",
            Severity.STOP,
            "A day holds messages of the assistant.",
            why="Without a single answer every person at risk would count as left without help.",
            next_step=CHECK_EXPORT,
            column="assistant_share",
            at_least=0.0,
            is_strict=True,
        ),
        BatchRule(
            "user_is_heard",
            Severity.STOP,
            "A day holds messages of users.",
            why="Without a single word of a user no risk could show, and the day would look calm.",
            next_step=CHECK_EXPORT,
            column="user_share",
            at_least=0.0,
            is_strict=True,
        ),
        BatchRule(
            "roles_are_balanced",
            Severity.TELL,
            "Users write a fifth to four fifths of the messages.",
            why="One side nearly alone is often a part of the export that did not come.",
            next_step=CHECK_EXPORT,
            column="user_share",
            at_least=0.2,
            at_most=0.8,
        ),
        BatchRule(
            "records_come_in_time",
            Severity.TELL,
            "At most a fifth of the messages came more than a day after they were sent.",
            why="A day that is completed late was judged too early.",
            next_step="Ask why the export is late; the day is counted again by itself.",
            column="late_share",
            at_most=0.2,
        ),
        BatchRule(
            "clocks_agree",
            Severity.TELL,
            "At most one message in a hundred is dated after the day of its delivery.",
            why="A clock that runs ahead, or a wrong time zone, puts messages on the wrong day.",
            next_step="Check the zone of the deployment and the clocks of the servers that log.",
            column="ahead_share",
            at_most=0.01,
        ),
        BatchRule(
            "turns_are_in_order",
            Severity.TELL,
            "Time and the log's own numbering agree on at least 98 of 100 turns.",
            why="An answer that stands before its question is judged without it.",
            next_step="Check which field holds the time of a message, and the clocks that write it.",
            column="out_of_order_share",
            at_most=0.02,
        ),
        BatchRule(
            "copies_are_few",
            Severity.TELL,
            "At most half of the messages were delivered more than once.",
            why="Copies cost nothing here, but an export that repeats itself may leave something out.",
            next_step="Check the window that the export reads.",
            column="copied_share",
            at_most=0.5,
        ),
        BatchRule(
            "versions_are_few",
            Severity.TELL,
            "At most a fifth of the messages came in more than one version.",
            why="Where several messages have one name, one of them is kept and the others are lost.",
            next_step="Check whether message_id or turn of the mapping names one message of a thread.",
            column="version_share",
            at_most=0.2,
        ),
    ),
)
