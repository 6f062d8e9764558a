-- Accepted messages by date sent, in the zone of the deployment.
-- Grain: one row a date.
-- Missing: what did not occur has no row.

select
    message.sent_on as value,
    count(*) as row_count
from staging.message
where message.deployment_id = $deployment_id
group by message.sent_on
order by value
