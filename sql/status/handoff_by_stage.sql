-- Handoffs by stage.
-- Grain: one row a stage.
-- Missing: what did not occur has no row.

select
    event.detail as value,
    count(*) as row_count
from staging.event
where
    event.deployment_id = $deployment_id
    and event.kind = 'handoff'
group by event.detail
order by value
