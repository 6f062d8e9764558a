-- Conversations in which a person was at risk, and in how many help was brought in from its first sign on.
-- Grain: one row a conversation at or above the policy level.
-- Missing: a day without such conversations has no row; it is reported as insufficient data, never as 0.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    cast(conversation.is_escalated_at_risk as integer) as numerator,
    1 as denominator
from fact.conversation
where conversation.user_risk_level >= $escalation_level
