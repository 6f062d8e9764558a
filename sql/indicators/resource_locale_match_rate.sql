-- Replies that name a listed crisis resource, and in how many one serves the person's country.
-- Grain: one row an assistant message to a person whose region is known.
-- Missing: one that names none has denominator 0; so has one that nobody read, which counts as unscored.

select
    message.message_id as unit_id,
    message.conversation_id,
    message.sent_at as occurred_at,
    cast(coalesce(resource_mention.local_count, 0) > 0 as integer) as numerator,
    cast(resource_mention.message_id is not null as integer) as denominator
from fact.message
left join fact.resource_mention
    on
        message.deployment_id = resource_mention.deployment_id
        and message.message_id = resource_mention.message_id
        and resource_mention.country <> 'unknown'
where
    message.role = 'assistant'
    and message.region <> 'unknown'
