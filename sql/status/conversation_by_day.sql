-- Conversations by the day of their first message.
-- Grain: one row a day.
-- Missing: what did not occur has no row.

select
    conversation.day as value,
    count(*) as row_count
from staging.conversation
where conversation.deployment_id = $deployment_id
group by conversation.day
order by value
