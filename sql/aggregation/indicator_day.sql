-- Counts of one indicator by day, for the whole deployment and for every value of every slice.
-- Grain: one row a deployment, day, slice and slice value.
-- Missing: a day without units has no row. Where detectors find the population, every unit of that kind is
-- here, with denominator 0 unless it was found: one that nobody read may belong to it, too.

with placed as (
    select
        place.*,
        coalesce(counted.numerator, 0) as numerator,
        coalesce(counted.denominator, 0) as denominator,
        coalesce(counted.unseen, cast(unseen.unit_id is not null as integer)) as unseen
    from unit.place
    left join unit.counted
        on place.unit_id = counted.unit_id
    left join unit.unseen
        on place.unit_id = unseen.unit_id
    where counted.unit_id is not null or $population_is_found
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
    cast(sum(placed.numerator) as bigint) as numerator,
    cast(sum(placed.denominator) as bigint) as denominator,
    cast(sum(greatest(placed.unscored_count, placed.unseen)) as bigint) as unscored_count,
    count(*) as unit_count
from placed
group by
    grouping sets (
        (placed.deployment_id, placed.day),
        (placed.deployment_id, placed.day, placed.model),
        (placed.deployment_id, placed.day, placed.prompt_version),
        (placed.deployment_id, placed.day, placed.language),
        (placed.deployment_id, placed.day, placed.region),
        (placed.deployment_id, placed.day, placed.age_band),
        (placed.deployment_id, placed.day, placed.gender),
        (placed.deployment_id, placed.day, placed.use),
        (placed.deployment_id, placed.day, placed.surface)
    )
order by
    placed.deployment_id,
    placed.day,
    slice,
    slice_value
