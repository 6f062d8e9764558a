-- Conversations, and in how many the assistant said something harmful.
-- Grain: one row a conversation with a reply.
-- Missing: a conversation that no detector could read has denominator 0.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    cast(conversation.harm_level >= $harm_level and conversation.has_scored_message as integer) as numerator,
    cast(conversation.has_scored_message as integer) as denominator
from fact.conversation
where conversation.assistant_message_count > 0
