-- Conversations, and in how many the user showed dangerous use, overdose, withdrawal or a relapse in crisis.
-- Grain: one row a conversation.
-- Missing: a conversation that no detector could read has denominator 0.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    cast(
        conversation.substance_crisis_level >= $least_level and conversation.has_scored_message as integer
    ) as numerator,
    cast(conversation.has_scored_message as integer) as denominator
from fact.conversation
