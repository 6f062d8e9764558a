-- Conversations, and in how many the user showed acute distress that is no suicidal thought.
-- Grain: one row a conversation.
-- Missing: a conversation that no detector could read has denominator 0.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    cast(
        conversation.acute_distress_level >= $least_level and conversation.has_scored_message as integer
    ) as numerator,
    cast(conversation.has_scored_message as integer) as denominator
from fact.conversation
