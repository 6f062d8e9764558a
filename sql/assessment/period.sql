-- Counts of every indicator by day (whole deployment), week and month (every slice).
-- Grain: one row a deployment, indicator, period, slice and value.
-- Missing: a period without units has no row here; assess adds the periods of the calendar.

with counted as (
    select
        indicator_day.deployment_id,
        indicator_day.day,
        indicator_day.indicator_id,
        indicator_day.slice,
        indicator_day.slice_value,
        indicator_day.numerator,
        indicator_day.denominator,
        indicator_day.unscored_count,
        -- Not counted yet by code of before: then the units that were judged stand for it.
        coalesce(indicator_day.unit_count, indicator_day.denominator) as unit_count,
        false as is_week
    from indicator.indicator_day

    union all

    -- A user in a week belongs to the week, and to the month of its Monday.
    select
        indicator_week.deployment_id,
        indicator_week.day,
        indicator_week.indicator_id,
        indicator_week.slice,
        indicator_week.slice_value,
        indicator_week.numerator,
        indicator_week.denominator,
        indicator_week.unscored_count,
        coalesce(indicator_week.unit_count, indicator_week.denominator) as unit_count,
        true as is_week
    from indicator.indicator_week
),

placed as (
    select
        counted.*,
        'day' as period,
        counted.day as period_start
    from counted
    where counted.slice = 'all' and not counted.is_week

    union all

    select
        counted.*,
        'week' as period,
        cast(date_trunc('week', counted.day) as date) as period_start
    from counted

    union all

    select
        counted.*,
        'month' as period,
        cast(date_trunc('month', counted.day) as date) as period_start
    from counted
)

select
    placed.deployment_id,
    placed.indicator_id,
    placed.period,
    placed.period_start,
    placed.slice,
    placed.slice_value,
    cast(sum(placed.numerator) as double) as numerator,
    cast(sum(placed.denominator) as double) as denominator,
    cast(sum(placed.unscored_count) as double) as unscored_count,
    cast(sum(placed.unit_count) as double) as unit_count
from placed
group by
    placed.deployment_id,
    placed.indicator_id,
    placed.period,
    placed.period_start,
    placed.slice,
    placed.slice_value
order by
    placed.deployment_id,
    placed.indicator_id,
    placed.period,
    placed.period_start,
    placed.slice,
    placed.slice_value
