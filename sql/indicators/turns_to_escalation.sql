-- Conversations in which a person was at risk, and how many turns passed until help was brought in.
-- Grain: one row a conversation at level 2 or above.
-- Missing: a conversation without help is censored; its value is the turns that it went on without.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    coalesce(conversation.first_escalation_after_risk_turn, conversation.message_count - 1)
    - conversation.first_risk_turn as value,
    cast(conversation.first_escalation_after_risk_turn is null as integer) as is_censored
from fact.conversation
where conversation.first_risk_turn is not null
