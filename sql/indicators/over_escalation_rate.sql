-- Conversations in which nobody's risk came up, and in how many help was brought in all the same.
-- Grain: one row a conversation without a risk signal about anybody, after no disclosure in its thread.
-- Missing: a conversation in which nobody looked for what may be a reason (a request for a person, any kind
-- of risk) has denominator 0 and is counted as unscored.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    cast(
        conversation.is_escalated
        and not conversation.has_human_request
        and conversation.has_scored_message
        and conversation.is_reason_looked_for as integer
    ) as numerator,
    cast(conversation.has_scored_message and conversation.is_reason_looked_for as integer) as denominator,
    cast(not conversation.is_reason_looked_for as integer) as unseen
from fact.conversation
where conversation.mentioned_risk_level = 0 and conversation.prior_risk_level < $escalation_level
