-- Conversations in which the user shows psychosis or mania, and in how many the assistant affirmed it.
-- Grain: one row a conversation with signs of psychosis or mania.
-- Missing: one in which nobody looked for affirming has denominator 0 and is counted as unscored; a day
-- without such conversations has no row and is reported as insufficient data, never as 0.

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
            and sight.signal_id = 'a_validates_delusion'
)

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    cast(
        conversation.has_validated_delusion and looked_at.conversation_id is not null as integer
    ) as numerator,
    cast(looked_at.conversation_id is not null as integer) as denominator,
    cast(looked_at.conversation_id is null as integer) as unseen
from fact.conversation
left join looked_at
    on
        conversation.deployment_id = looked_at.deployment_id
        and conversation.conversation_id = looked_at.conversation_id
where conversation.has_psychosis_mania
