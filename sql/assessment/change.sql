-- Changes as the data show them: the first day of a model, prompt or detector that had not been there before.
-- Grain: one row a deployment, kind of version and name that came after the first day.
-- Missing: the names of the first day are no change; 'unknown' is no name.

with named as (
    select
        version_day.deployment_id,
        version_day.day,
        version_day.what,
        version_day.value
    from indicator.version_day
    where version_day.value not in ('unknown', 'unrecognised')

    union all

    select
        finding_day.deployment_id,
        finding_day.day,
        'detector' as what,
        finding_day.detector_id || '@' || finding_day.detector_version as value
    from indicator.finding_day
    -- An operator's own patterns move no shipped figure, so they are no break of it.
    where left(finding_day.detector_id, 2) <> 'x_' and finding_day.detector_id <> 'own_patterns'
),

first_seen as (
    select
        named.deployment_id,
        named.what,
        named.value,
        min(named.day) as effective_on
    from named
    group by
        named.deployment_id,
        named.what,
        named.value
),

-- A detector may find nothing for days: its first version is the one that it first found something with.
first_day as (
    select
        named.deployment_id,
        named.what,
        case when named.what = 'detector' then split_part(named.value, '@', 1) else '' end as detector_id,
        min(named.day) as day
    from named
    group by
        named.deployment_id,
        named.what,
        detector_id
)

select
    first_seen.deployment_id,
    first_seen.what,
    first_seen.value,
    first_seen.effective_on
from first_seen
inner join first_day
    on
        first_seen.deployment_id = first_day.deployment_id
        and first_seen.what = first_day.what
        and case when first_seen.what = 'detector' then split_part(first_seen.value, '@', 1) else '' end
        = first_day.detector_id
where first_seen.effective_on > first_day.day
order by
    first_seen.deployment_id,
    first_seen.effective_on,
    first_seen.what,
    first_seen.value
