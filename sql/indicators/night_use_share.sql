-- User messages with a known hour, and how many were sent at night on the deployment's clock.
-- Grain: one row a user message.
-- Missing: without a zone of the deployment the hour is unknown and the denominator 0.

select
    message.message_id as unit_id,
    message.conversation_id,
    message.sent_at as occurred_at,
    cast(
        coalesce(
            message.deployment_hour >= $night_from_hour and message.deployment_hour < $night_to_hour, false
        ) as integer
    ) as numerator,
    cast(message.deployment_hour is not null as integer) as denominator
from fact.message
where message.role = 'user'
