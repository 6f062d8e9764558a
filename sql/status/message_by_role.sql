-- Accepted messages by role.
-- Grain: one row a role.
-- Missing: what did not occur has no row.

select
    message.role as value,
    count(*) as row_count
from staging.message
where message.deployment_id = $deployment_id
group by message.role
order by value
