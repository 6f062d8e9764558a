"""Rules for the rows of `staging.event`."""

from pipelines.quality.suite import RowRule, RowSuite, Severity

SUITE = RowSuite(
    "event",
    rules=(
        RowRule(
            "event_id_is_unique",
            Severity.STOP,
            "Every event is there once.",
            why="A notice that is counted twice is a wrong statutory count.",
            next_step="This is a fault of ingest; report it.",
        ),
        RowRule(
            "kind_is_known",
            Severity.STOP,
            "Every event is a handoff or a notice.",
            why="An event of another kind would silently count nowhere.",
            next_step="Check the mapping of events.",
        ),
        RowRule(
            "episode_is_known",
            Severity.TELL,
            "Events belong to a conversation that has come.",
            why="An event whose conversation has not come is counted in no conversation yet.",
            next_step="Check that events and messages carry the same thread id; late messages resolve it.",
            tolerance=0.02,
        ),
    ),
)
