-- When the last record that a unit consists of was delivered.
-- Grain: one row a message, conversation and event.
-- Missing: an event that waits for its conversation arrived with its own record.

with touched as (
    select
        message.deployment_id,
        message.conversation_id,
        message.received_on
    from fact.message

    union all

    select
        event.deployment_id,
        event.conversation_id,
        event.received_on
    from fact.event
    where event.conversation_id is not null
),

completed as (
    select
        touched.deployment_id,
        touched.conversation_id,
        max(touched.received_on) as received_on
    from touched
    group by
        touched.deployment_id,
        touched.conversation_id
)

select
    message.message_id as unit_id,
    message.deployment_id,
    message.day,
    message.received_on
from fact.message

union all

select
    conversation.conversation_id as unit_id,
    conversation.deployment_id,
    conversation.day,
    coalesce(completed.received_on, conversation.received_on) as received_on
from fact.conversation
left join completed
    on
        conversation.deployment_id = completed.deployment_id
        and conversation.conversation_id = completed.conversation_id

union all

select
    event.event_id as unit_id,
    event.deployment_id,
    event.day,
    coalesce(completed.received_on, event.received_on) as received_on
from fact.event
left join completed
    on
        event.deployment_id = completed.deployment_id
        and event.conversation_id = completed.conversation_id
