-- Scores that the log gives for messages, each once, beside the episode of its message.
-- Grain: one row a message, field of the log and name.
-- Missing: a message without scores has no row; nothing was said about it, which is not 0.

with kept as (
    select
        message_id,
        source,
        name,
        max(score) as score,
        bool_or(is_flagged) as is_flagged,
        min(received_on) as received_on
    from staging.delivered_score
    group by
        message_id,
        source,
        name
)

select
    message.deployment_id,
    message.day,
    message.conversation_id,
    message.thread_id,
    kept.message_id,
    kept.source,
    kept.name,
    kept.score,
    kept.is_flagged,
    kept.received_on
from kept
inner join staging.message on kept.message_id = message.message_id
