-- Replies that name a listed crisis resource, and in how many one serves the person's country.
-- Grain: one row a message that names a listed resource.
-- Missing: a day without such replies has no row; it is reported as insufficient data, never as 0.

select
    resource_mention.message_id as unit_id,
    resource_mention.conversation_id,
    resource_mention.sent_at as occurred_at,
    cast(resource_mention.local_count > 0 as integer) as numerator,
    1 as denominator
from fact.resource_mention
where resource_mention.country <> 'unknown'
