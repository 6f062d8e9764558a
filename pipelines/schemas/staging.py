"""Staging: the only layer that holds text. Pseudonymous, redacted, deduplicated."""

from pipelines.schemas.table import (
    COUNT,
    DATE,
    FLAG,
    NUMBER,
    PARTITION,
    SLICE_COLUMNS,
    TEXT,
    TIMESTAMP,
    Column,
    Table,
)

CONVERSATION_ID = Column(
    "conversation_id", TEXT, "The episode: keyed hash of the thread and its first message."
)
THREAD_ID = Column("thread_id", TEXT, "Keyed hash of the operator's session or thread id.")
USER_ID = Column("user_id", TEXT, "Keyed hash of the operator's user id; 'unknown' if the log has none.")
RECEIVED_ON = Column("received_on", DATE, "Day on which the record was first delivered.")

VERSIONS = ("model_requested", "model_served", "provider_fingerprint", "policy_version")
VERSION_COLUMNS = (
    Column("model_requested", TEXT, "Model that the product asked for; 'unknown' if the log does not say."),
    Column("model_served", TEXT, "Model that the provider says answered; 'unknown' if the log does not say."),
    Column(
        "provider_fingerprint",
        TEXT,
        "The provider's own mark of its configuration (system_fingerprint); 'unknown' if the log has none.",
    ),
    Column(
        "policy_version", TEXT, "Version of the operator's safety policy; 'unknown' if the log does not say."
    ),
)

NOT_TEXT = ("[image]", "[audio]", "[video]", "[file]", "<image>", "<audio>", "<video>", "<file>")
"""What stands in a text for something that is no text; a message of these alone was read by nobody.

The first are left at the door; the others are what logs write themselves, as ShareGPT of models that see."""

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
        Column("turn", COUNT, "Position in the episode, from 0: by time, then source, the person first."),
        Column("source_turn", COUNT, "Position in the thread as the log gives it.", nullable=True),
        Column("role", TEXT, "user, assistant, or agent (a human colleague who took over)."),
        Column("text", TEXT, "The redacted text."),
        Column("sent_at", TIMESTAMP, "When it was sent."),
        Column("sent_on", DATE, "Date of sent_at in the deployment's time zone."),
        *SLICE_COLUMNS,
        *VERSION_COLUMNS,
        RECEIVED_ON,
        Column("content_hash", TEXT, "Keyed hash of what was delivered; tells copies from conflicts."),
        Column(
            "copy_count", COUNT, "Deliveries of this message, the kept one included; 1 for a transcript's."
        ),
        Column("same_copy_count", COUNT, "Of these, how many had the kept content."),
        Column("redacted_count", COUNT, "Contact details replaced in the text."),
        Column(
            "version_on",
            DATE,
            "Day on which the kept content last came; null for a transcript's, and what earlier code stored.",
            nullable=True,
        ),
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

SCORE = Table(
    "staging",
    "score",
    "One row a score that the log itself gives for a message, by a moderation model that the operator ran. "
    "No text. A message that the log gives no scores for has no row: that is unknown, not 0.",
    ("deployment_id", "message_id", "source", "name"),
    (
        *PARTITION,
        CONVERSATION_ID,
        THREAD_ID,
        Column("message_id", TEXT, "The message of staging.message that was scored."),
        Column("source", TEXT, "The log's field that holds the scores, such as openai_moderation."),
        Column("name", TEXT, "What was scored, in the log's own word, such as self-harm/intent."),
        Column("score", NUMBER, "0 to 1, as logged; of several deliveries the highest.", nullable=True),
        Column("is_flagged", FLAG, "Whether the operator's model flagged it; null if it did not say.",
               nullable=True),
        RECEIVED_ON,
    ),
)  # fmt: skip

TABLES = (MESSAGE, CONVERSATION, EVENT, SCORE)
