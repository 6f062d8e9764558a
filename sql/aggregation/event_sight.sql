-- The sights that the messages of an event's conversation carry, by who wrote them.
-- Grain: one row an event, role and sight.
-- Missing: an event that waits for its conversation has no row: nothing is known of it but the event.

select distinct
    event.event_id as unit_id,
    message.deployment_id,
    message.day,
    message.role,
    message.sight
from fact.event
inner join fact.message
    on
        event.deployment_id = message.deployment_id
        and event.conversation_id = message.conversation_id
where message.role <> 'agent'
