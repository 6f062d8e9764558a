-- Notices by kind.
-- Grain: one row a kind.
-- Missing: what did not occur has no row.

select
    event.detail as value,
    count(*) as row_count
from staging.event
where
    event.deployment_id = $deployment_id
    and event.kind = 'notice'
group by event.detail
order by value
