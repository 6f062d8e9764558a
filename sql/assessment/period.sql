-- Counts of every indicator by day (whole deployment), week and month (every slice).
-- Grain: one row a deployment, indicator, period, slice and value.
-- Missing: a period without units has no row here; assess adds the periods of the calendar.

with placed as (
    select
        indicator_day.*,
        'day' as period,
        indicator_day.day as period_start
    from indicator.indicator_day
    where indicator_day.slice = 'all'

    union all

    select
        indicator_day.*,
        'week' as period,
        cast(date_trunc('week', indicator_day.day) as date) as period_start
    from indicator.indicator_day

    union all

    select
        indicator_day.*,
        'month' as period,
        cast(date_trunc('month', indicator_day.day) as date) as period_start
    from indicator.indicator_day
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
    cast(sum(placed.unscored_count) as double) as unscored_count
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
