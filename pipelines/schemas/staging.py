"""Staging: the only layer that holds text. Pseudonymous, redacted, deduplicated."""

from pipelines.schemas.table import COUNT, DATE, PARTITION, SLICE_COLUMNS, TEXT, TIMESTAMP, Column, Table

CONVERSATION_ID = Column(
    "conversation_id", TEXT, "The episode: keyed hash of the thread and its first message."
)
THREAD_ID = Column("thread_id", TEXT, "Keyed hash of the operator's session or thread id.")
USER_ID = Column("user_id", TEXT, "Keyed hash of the operator's user id; 'unknown' if the log has none.")
RECEIVED_ON = Column("received_on", DATE, "Day on which the record was first delivered.")

MESSAGE = Table(
    "staging",
    "message",
    "One row a message, redacted: contact details are typed tokens such as [email].",
    ("deployment_id", "message_id"),
    (
        *PARTITION,
        CONVERSATION_ID,
        THREAD_ID,
        USER_ID,
        Column("message_id", TEXT, "Keyed hash of the thread and the message's own id or position."),
        Column("turn", COUNT, "Position in the episode, from 0, in order of time, then of the source."),
        Column("source_turn", COUNT, "Position in the thread as the log gives it.", nullable=True),
        Column("role", TEXT, "user, assistant, or agent (a human colleague who took over)."),
        Column("text", TEXT, "The redacted text."),
        Column("sent_at", TIMESTAMP, "When it was sent."),
        Column("sent_on", DATE, "Date of sent_at in the deployment's time zone."),
        *SLICE_COLUMNS,
        RECEIVED_ON,
        Column("content_hash", TEXT, "Keyed hash of what was delivered; tells copies from conflicts."),
        Column(
            "copy_count", COUNT, "Deliveries of this message, the kept one included; 1 for a transcript's."
        ),
        Column("same_copy_count", COUNT, "Of these, how many had the kept content."),
        Column("redacted_count", COUNT, "Contact details replaced in the text."),
    ),
)

CONVERSATION = Table(
    "staging",
    "conversation",
    "One row an episode: a thread is cut after a silence or at a maximum length.",
    ("deployment_id", "conversation_id"),
    (
        *PARTITION,
        CONVERSATION_ID,
        THREAD_ID,
        USER_ID,
        Column("started_at", TIMESTAMP, "First message."),
        Column("ended_at", TIMESTAMP, "Last message."),
        Column("message_count", COUNT, "Messages."),
        Column("user_message_count", COUNT, "Messages of the user."),
        Column("assistant_message_count", COUNT, "Messages of the assistant."),
        Column("agent_message_count", COUNT, "Messages of a human colleague."),
        *SLICE_COLUMNS,
        RECEIVED_ON,
    ),
)

EVENT = Table(
    "staging",
    "event",
    "One row a handoff stage or a notice that the operator's system logged.",
    ("deployment_id", "event_id"),
    (
        *PARTITION,
        Column("event_id", TEXT, "Keyed hash of thread, kind, detail and time."),
        Column(
            "conversation_id", TEXT, "The episode; null while its first message has not come.", nullable=True
        ),
        THREAD_ID,
        USER_ID,
        Column("kind", TEXT, "handoff or notice."),
        Column(
            "detail",
            TEXT,
            "handoff: offered, accepted, connected, completed, failed; "
            "notice: ai_disclosure, crisis_banner, break_reminder, consent.",
        ),
        Column("occurred_at", TIMESTAMP, "When it happened."),
        Column("occurred_on", DATE, "Date of occurred_at in the deployment's time zone."),
        RECEIVED_ON,
        Column("copy_count", COUNT, "Deliveries of this event."),
    ),
)

TABLES = (MESSAGE, CONVERSATION, EVENT)
