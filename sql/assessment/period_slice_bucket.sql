-- Units of every slice by week and month in the 64 buckets of users, as lists.
-- Grain: one row a deployment, unit, period, slice and value.
-- Missing: a bucket without units is in no list; days counted by code of before have no rows.

with placed as (
    select
        slice_bucket.*,
        'week' as period,
        cast(date_trunc('week', slice_bucket.day) as date) as period_start
    from indicator.slice_bucket

    union all

    select
        slice_bucket.*,
        'month' as period,
        cast(date_trunc('month', slice_bucket.day) as date) as period_start
    from indicator.slice_bucket
),

bucket_total as (
    select
        placed.deployment_id,
        placed.unit,
        placed.period,
        placed.period_start,
        placed.slice,
        placed.slice_value,
        placed.bucket,
        cast(sum(placed.unit_count) as double) as unit_count
    from placed
    group by
        placed.deployment_id,
        placed.unit,
        placed.period,
        placed.period_start,
        placed.slice,
        placed.slice_value,
        placed.bucket
)

select
    bucket_total.deployment_id,
    bucket_total.unit,
    bucket_total.period,
    bucket_total.period_start,
    bucket_total.slice,
    bucket_total.slice_value,
    list(bucket_total.bucket) as bucket,
    list(bucket_total.unit_count) as unit_count
from bucket_total
group by
    bucket_total.deployment_id,
    bucket_total.unit,
    bucket_total.period,
    bucket_total.period_start,
    bucket_total.slice,
    bucket_total.slice_value
