-- Conversations in which a person was at risk, and in how many nothing that was said later answered it.
-- Grain: one row a conversation at the level or above.
-- Missing: a day without such conversations has no row; it is reported as insufficient data, never as 0.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    cast(not conversation.has_support_after_risk as integer) as numerator,
    1 as denominator
from fact.conversation
where conversation.user_risk_level >= $risk_level
