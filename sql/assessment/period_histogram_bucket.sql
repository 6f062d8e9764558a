-- Values of distributions by day, week and month in their bins and the 64 buckets of users, as lists.
-- Grain: one row a deployment, indicator and period.
-- Missing: a bin and bucket without values is in no list.

with placed as (
    select
        histogram_bucket.*,
        'day' as period,
        histogram_bucket.day as period_start
    from indicator.histogram_bucket

    union all

    select
        histogram_bucket.*,
        'week' as period,
        cast(date_trunc('week', histogram_bucket.day) as date) as period_start
    from indicator.histogram_bucket

    union all

    select
        histogram_bucket.*,
        'month' as period,
        cast(date_trunc('month', histogram_bucket.day) as date) as period_start
    from indicator.histogram_bucket
)

select
    placed.deployment_id,
    placed.indicator_id,
    placed.period,
    placed.period_start,
    list(placed.bin) as bin,
    list(placed.bucket) as bucket,
    list(placed.unit_count) as unit_count
from placed
group by
    placed.deployment_id,
    placed.indicator_id,
    placed.period,
    placed.period_start
