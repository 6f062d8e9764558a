-- Conversations after high risk in the thread, and in how many safety was taken up again.
-- Grain: one row a conversation whose thread was at the level or above in the 28 days before.
-- Missing: a day without such conversations has no row; it is reported as insufficient data, never as 0.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    cast(
        conversation.has_risk_question
        or conversation.has_help_encouraged
        or conversation.is_escalated as integer
    ) as numerator,
    1 as denominator
from fact.conversation
where conversation.prior_risk_level >= $prior_level
