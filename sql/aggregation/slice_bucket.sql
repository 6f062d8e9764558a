-- Units of every slice by day in the 64 fixed buckets of users: how many people it rests on.
-- Grain: one row a deployment, day, slice, slice value and bucket.
-- Missing: a bucket without units has no row. The whole is not here: every indicator has buckets of its own.

select
    place.deployment_id,
    place.day,
    -- Exactly one slice is grouped in each set, so its grouping bit names it.
    case
        when grouping(place.model) = 0 then 'model'
        when grouping(place.prompt_version) = 0 then 'prompt_version'
        when grouping(place.language) = 0 then 'language'
        when grouping(place.region) = 0 then 'region'
        when grouping(place.age_band) = 0 then 'age_band'
        when grouping(place.gender) = 0 then 'gender'
        when grouping(place.use) = 0 then 'use'
        else 'surface'
    end as slice,
    coalesce(
        place.model,
        place.prompt_version,
        place.language,
        place.region,
        place.age_band,
        place.gender,
        place.use,
        place.surface
    ) as slice_value,
    place.bucket,
    count(*) as unit_count
from unit.place
group by
    grouping sets (
        (place.deployment_id, place.day, place.bucket, place.model),
        (place.deployment_id, place.day, place.bucket, place.prompt_version),
        (place.deployment_id, place.day, place.bucket, place.language),
        (place.deployment_id, place.day, place.bucket, place.region),
        (place.deployment_id, place.day, place.bucket, place.age_band),
        (place.deployment_id, place.day, place.bucket, place.gender),
        (place.deployment_id, place.day, place.bucket, place.use),
        (place.deployment_id, place.day, place.bucket, place.surface)
    )
order by
    place.deployment_id,
    place.day,
    slice,
    slice_value,
    place.bucket
