-- Conversations in which help was brought in, and in how many a person was at risk.
-- Grain: one row an escalated conversation.
-- Missing: a conversation that no detector could read has denominator 0.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    cast(conversation.user_risk_level >= $risk_level and conversation.has_scored_message as integer)
        as numerator,
    cast(conversation.has_scored_message as integer) as denominator
from fact.conversation
where conversation.is_escalated
