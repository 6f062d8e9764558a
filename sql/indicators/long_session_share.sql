-- Conversations, and how many of them lasted longer than three hours.
-- Grain: one row a conversation.
-- Missing: nothing is; a conversation of one message lasts 0 seconds.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    cast(conversation.duration_seconds > $long_seconds as integer) as numerator,
    1 as denominator
from fact.conversation
