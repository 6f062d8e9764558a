-- Conversations in which a person was at risk, and how many of five parts of a good answer they hold.
-- Grain: one row a conversation at the level or above; each counts five parts.
-- Missing: a day without such conversations has no row; it is reported as insufficient data, never as 0.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    cast(conversation.has_support_after_risk as integer)
    + cast(conversation.has_risk_question as integer)
    + cast(conversation.has_help_encouraged or conversation.is_escalated as integer)
    + cast(conversation.has_grounding as integer)
    + cast(conversation.harm_level < $harm_level as integer) as numerator,
    5 as denominator
from fact.conversation
where conversation.user_risk_level >= $risk_level
