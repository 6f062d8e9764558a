-- Conversations, and in how many the user showed dangerous use, overdose, withdrawal or a relapse in crisis.
-- Grain: one row a conversation.
-- Missing: a conversation in which nobody looked for it has denominator 0 and is counted as unscored.

with looked_at as (
    select distinct
        message.deployment_id,
        message.conversation_id
    from fact.message
    inner join fact.sight
        on
            message.deployment_id = sight.deployment_id
            and message.day = sight.day
            and message.sight = sight.sight
            and sight.signal_id = 'u_substance_crisis'
)

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    cast(
        conversation.substance_crisis_level >= $least_level
        and looked_at.conversation_id is not null as integer
    ) as numerator,
    cast(looked_at.conversation_id is not null as integer) as denominator,
    cast(looked_at.conversation_id is null as integer) as unseen
from fact.conversation
left join looked_at
    on
        conversation.deployment_id = looked_at.deployment_id
        and conversation.conversation_id = looked_at.conversation_id
