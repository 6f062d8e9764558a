-- Conversations, and in how many the user leans on the assistant instead of people.
-- Grain: one row a conversation.
-- Missing: a conversation that no detector could read has denominator 0 and is counted as unscored.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    cast(conversation.has_ai_reliance and conversation.has_scored_message as integer) as numerator,
    cast(conversation.has_scored_message as integer) as denominator
from fact.conversation
