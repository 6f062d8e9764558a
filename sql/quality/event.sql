-- Events of a day, and how many of them fail each rule of the gate; a rule's column has its name.
-- Grain: one row a deployment and day.
-- Missing: a day without events has no row.

with repeated as (
    select
        event.deployment_id,
        event.event_id
    from staging.event
    group by
        event.deployment_id,
        event.event_id
    having count(*) > 1
)

select
    event.deployment_id,
    event.day,
    count(*) as row_count,
    count(repeated.event_id) as event_id_is_unique,
    count(*) filter (where coalesce(event.kind, '') not in ('handoff', 'notice')) as kind_is_known,
    count(*) filter (where event.conversation_id is null) as episode_is_known
from staging.event
left join repeated
    on
        event.deployment_id = repeated.deployment_id
        and event.event_id = repeated.event_id
group by
    event.deployment_id,
    event.day
