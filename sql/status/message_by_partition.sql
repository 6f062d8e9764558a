-- Accepted messages by reporting day, that is the day of the episode's first message.
-- Grain: one row a day.
-- Missing: what did not occur has no row.

select
    message.day as value,
    count(*) as row_count
from staging.message
where message.deployment_id = $deployment_id
group by message.day
order by value
