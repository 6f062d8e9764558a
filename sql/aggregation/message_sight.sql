-- The sight of a message, and those of what the other side wrote in its conversation.
-- Grain: one row a message, role and sight.
-- Missing: what a human colleague wrote is read by nobody and looked at for nothing.

with written as (
    select
        message.message_id as unit_id,
        message.deployment_id,
        message.day,
        message.conversation_id,
        message.role,
        message.sight
    from fact.message
    where message.role <> 'agent'
),

conversation_sight as (
    select distinct
        written.deployment_id,
        written.day,
        written.conversation_id,
        written.role,
        written.sight
    from written
)

select
    written.unit_id,
    written.deployment_id,
    written.day,
    written.role,
    written.sight
from written
union all
select
    written.unit_id,
    conversation_sight.deployment_id,
    conversation_sight.day,
    conversation_sight.role,
    conversation_sight.sight
from written
inner join conversation_sight
    on
        written.deployment_id = conversation_sight.deployment_id
        and written.conversation_id = conversation_sight.conversation_id
        and written.role <> conversation_sight.role
