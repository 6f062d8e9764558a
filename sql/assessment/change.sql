-- Changes as the data show them: a model or prompt not seen before; other detectors than on the day before.
-- Grain: one row a deployment, kind of version and name that came after the first day; of detectors a change.
-- Missing: the names of the first day are no change; 'unknown' is no name, nor is one of a few conversations:
-- it may be of one person, and it leaves. A detector that left is `id@none`.
-- Of a model or prompt that comes again `returned_version` tells.

with named as (
    select
        version_day.deployment_id,
        version_day.day,
        version_day.what,
        version_day.value,
        version_day.message_count,
        version_day.conversation_count
    from indicator.version_day
    where version_day.what <> 'detector' and version_day.value not in ('unknown', 'unrecognised')
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
    having sum(coalesce(named.conversation_count, named.message_count)) > $hidden_up_to
),

first_day as (
    select
        named.deployment_id,
        named.what,
        min(named.day) as day
    from named
    group by
        named.deployment_id,
        named.what
),

at_work as (
    select
        version_day.deployment_id,
        version_day.day,
        split_part(version_day.value, '@', 1) as detector_id,
        version_day.value
    from indicator.version_day
    where
        version_day.what = 'detector'
        -- An operator's own patterns move no shipped figure, so they are no break of it.
        and left(version_day.value, 2) <> 'x_'
        -- Scores of the log come and go with its records; nobody has switched anything.
        and split_part(version_day.value, '@', 1) not in ('own_patterns', 'logged')
),

scored_day as (
    select
        at_work.deployment_id,
        at_work.day,
        lag(at_work.day) over (
            partition by at_work.deployment_id
            order by at_work.day
        ) as day_before
    from at_work
    group by
        at_work.deployment_id,
        at_work.day
),

came as (
    select
        at_work.deployment_id,
        at_work.value,
        scored_day.day as effective_on
    from scored_day
    inner join at_work
        on
            scored_day.deployment_id = at_work.deployment_id
            and scored_day.day = at_work.day
    left join at_work as earlier
        on
            scored_day.deployment_id = earlier.deployment_id
            and scored_day.day_before = earlier.day
            and at_work.value = earlier.value
    where scored_day.day_before is not null and earlier.value is null
),

gone as (
    select
        at_work.deployment_id,
        at_work.detector_id || '@none' as value,
        scored_day.day as effective_on
    from scored_day
    inner join at_work
        on
            scored_day.deployment_id = at_work.deployment_id
            and scored_day.day_before = at_work.day
    left join at_work as later
        on
            scored_day.deployment_id = later.deployment_id
            and scored_day.day = later.day
            and at_work.detector_id = later.detector_id
    where later.detector_id is null
),

changed as (
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
    where first_seen.effective_on > first_day.day

    union all

    select
        came.deployment_id,
        'detector' as what,
        came.value,
        came.effective_on
    from came

    union all

    select
        gone.deployment_id,
        'detector' as what,
        gone.value,
        gone.effective_on
    from gone
)

select
    changed.deployment_id,
    changed.what,
    changed.value,
    changed.effective_on
from changed
order by
    changed.deployment_id,
    changed.effective_on,
    changed.what,
    changed.value
