-- Histograms of distribution indicators by day (whole deployment), week and month (every slice).
-- Grain: one row a deployment, indicator, period, slice, value, bin and kind of value.
-- Missing: a bin without units has no row.

with placed as (
    select
        indicator_histogram.*,
        'day' as period,
        indicator_histogram.day as period_start
    from indicator.indicator_histogram
    where indicator_histogram.slice = 'all'

    union all

    select
        indicator_histogram.*,
        'week' as period,
        cast(date_trunc('week', indicator_histogram.day) as date) as period_start
    from indicator.indicator_histogram

    union all

    select
        indicator_histogram.*,
        'month' as period,
        cast(date_trunc('month', indicator_histogram.day) as date) as period_start
    from indicator.indicator_histogram
)

select
    placed.deployment_id,
    placed.indicator_id,
    placed.period,
    placed.period_start,
    placed.slice,
    placed.slice_value,
    placed.bin,
    placed.is_censored,
    cast(sum(placed.unit_count) as bigint) as unit_count
from placed
group by
    placed.deployment_id,
    placed.indicator_id,
    placed.period,
    placed.period_start,
    placed.slice,
    placed.slice_value,
    placed.bin,
    placed.is_censored
order by
    placed.deployment_id,
    placed.indicator_id,
    placed.period,
    placed.period_start,
    placed.slice,
    placed.slice_value,
    placed.is_censored,
    placed.bin
