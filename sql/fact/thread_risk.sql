-- At which level of risk a person was in an episode of a thread, for the episodes that follow.
-- Grain: one row a conversation with a signal of risk that counts; no row changes with what is later.
-- Missing: a conversation at level 0 has no row.

with conversation_risk as (
    select
        message.deployment_id,
        message.conversation_id,
        max(message.user_risk_level) as user_risk_level
    from fact.message
    where message.user_risk_level >= 1
    group by
        message.deployment_id,
        message.conversation_id
)

select
    conversation.deployment_id,
    conversation.day,
    conversation.conversation_id,
    conversation.thread_id,
    conversation.started_at,
    conversation_risk.user_risk_level
from staging.conversation
inner join conversation_risk
    on
        conversation.deployment_id = conversation_risk.deployment_id
        and conversation.conversation_id = conversation_risk.conversation_id
