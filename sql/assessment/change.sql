-- Changes of model and prompt as the logs show them: the first day on which a name speaks that had not spoken before.
-- Grain: one row a deployment, kind of version and name that came after the first day.
-- Missing: the names of the first day are no change; 'unknown' is no name.

with first_seen as (
    select
        version_day.deployment_id,
        version_day.what,
        version_day.value,
        min(version_day.day) as effective_on
    from indicator.version_day
    where version_day.value not in ('unknown', 'unrecognised')
    group by
        version_day.deployment_id,
        version_day.what,
        version_day.value
),

first_day as (
    select
        version_day.deployment_id,
        min(version_day.day) as day
    from indicator.version_day
    group by version_day.deployment_id
)

select
    first_seen.deployment_id,
    first_seen.what,
    first_seen.value,
    first_seen.effective_on
from first_seen
inner join first_day on first_seen.deployment_id = first_day.deployment_id
where first_seen.effective_on > first_day.day
order by
    first_seen.deployment_id,
    first_seen.effective_on,
    first_seen.what,
    first_seen.value
