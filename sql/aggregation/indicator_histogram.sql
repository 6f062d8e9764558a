-- Units of one distribution in its fixed bins, for the whole deployment and for every value of every slice.
-- Grain: one row a deployment, day, slice, slice value, bin and censoring.
-- Missing: a bin without units has no row.

with placed as (
    select
        place.*,
        binned.bin,
        binned.is_censored
    from unit.binned
    inner join unit.place
        on binned.unit_id = place.unit_id
)

select
    placed.deployment_id,
    placed.day,
    -- Exactly one slice is grouped in each set, so its grouping bit names it.
    case
        when grouping(placed.model) = 0 then 'model'
        when grouping(placed.prompt_version) = 0 then 'prompt_version'
        when grouping(placed.language) = 0 then 'language'
        when grouping(placed.region) = 0 then 'region'
        when grouping(placed.age_band) = 0 then 'age_band'
        when grouping(placed.gender) = 0 then 'gender'
        when grouping(placed.use) = 0 then 'use'
        when grouping(placed.surface) = 0 then 'surface'
        else 'all'
    end as slice,
    coalesce(
        placed.model,
        placed.prompt_version,
        placed.language,
        placed.region,
        placed.age_band,
        placed.gender,
        placed.use,
        placed.surface,
        'all'
    ) as slice_value,
    placed.bin,
    cast(placed.is_censored as bigint) as is_censored,
    count(*) as unit_count
from placed
group by
    grouping sets (
        (placed.deployment_id, placed.day, placed.bin, placed.is_censored),
        (placed.deployment_id, placed.day, placed.bin, placed.is_censored, placed.model),
        (placed.deployment_id, placed.day, placed.bin, placed.is_censored, placed.prompt_version),
        (placed.deployment_id, placed.day, placed.bin, placed.is_censored, placed.language),
        (placed.deployment_id, placed.day, placed.bin, placed.is_censored, placed.region),
        (placed.deployment_id, placed.day, placed.bin, placed.is_censored, placed.age_band),
        (placed.deployment_id, placed.day, placed.bin, placed.is_censored, placed.gender),
        (placed.deployment_id, placed.day, placed.bin, placed.is_censored, placed.use),
        (placed.deployment_id, placed.day, placed.bin, placed.is_censored, placed.surface)
    )
order by
    placed.deployment_id,
    placed.day,
    slice,
    slice_value,
    placed.bin,
    placed.is_censored
