-- The sights that the messages of a conversation carry, by who wrote them.
-- Grain: one row a conversation, role and sight.
-- Missing: what a human colleague wrote is read by nobody and looked at for nothing.

select distinct
    message.conversation_id as unit_id,
    message.deployment_id,
    message.day,
    message.role,
    message.sight
from fact.message
where message.role <> 'agent'
