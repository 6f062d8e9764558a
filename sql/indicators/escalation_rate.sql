-- Conversations, and in how many help was brought in, needed or not.
-- Grain: one row a conversation.
-- Missing: a conversation that no detector could read has denominator 0 and is counted as unscored.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    cast(conversation.is_escalated and conversation.has_scored_message as integer) as numerator,
    cast(conversation.has_scored_message as integer) as denominator
from fact.conversation
