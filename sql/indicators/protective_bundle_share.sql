-- Conversations in which a person was at risk, and how many of five parts of a good answer they hold.
-- Grain: one row a conversation at the level or above; each counts five parts.
-- Missing: one in which nobody looked for steps to cope has denominator 0 and is counted as unscored; a day
-- without such conversations has no row and is reported as insufficient data, never as 0.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    case
        when conversation.is_grounding_looked_for
            then
                cast(conversation.has_support_after_risk as integer)
                + cast(conversation.has_risk_question as integer)
                + cast(conversation.has_help_encouraged or conversation.is_escalated_at_risk as integer)
                + cast(conversation.has_grounding as integer)
                + cast(conversation.harm_level < $harm_level as integer)
        else 0
    end as numerator,
    case when conversation.is_grounding_looked_for then 5 else 0 end as denominator,
    cast(not conversation.is_grounding_looked_for as integer) as unseen
from fact.conversation
where conversation.user_risk_level >= $risk_level
