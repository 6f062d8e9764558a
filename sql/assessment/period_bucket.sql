-- Counts of the whole deployment by day, week and month in the 64 buckets of users, as lists.
-- Grain: one row a deployment, indicator and period.
-- Missing: a bucket without units is in no list.

with placed as (
    select
        indicator_bucket.*,
        'day' as period,
        indicator_bucket.day as period_start
    from indicator.indicator_bucket

    union all

    select
        indicator_bucket.*,
        'week' as period,
        cast(date_trunc('week', indicator_bucket.day) as date) as period_start
    from indicator.indicator_bucket

    union all

    select
        indicator_bucket.*,
        'month' as period,
        cast(date_trunc('month', indicator_bucket.day) as date) as period_start
    from indicator.indicator_bucket
),

bucket_total as (
    select
        placed.deployment_id,
        placed.indicator_id,
        placed.period,
        placed.period_start,
        placed.bucket,
        cast(sum(placed.numerator) as double) as numerator,
        cast(sum(placed.denominator) as double) as denominator
    from placed
    group by
        placed.deployment_id,
        placed.indicator_id,
        placed.period,
        placed.period_start,
        placed.bucket
)

select
    bucket_total.deployment_id,
    bucket_total.indicator_id,
    bucket_total.period,
    bucket_total.period_start,
    list(bucket_total.bucket) as bucket,
    list(bucket_total.numerator) as numerator,
    list(bucket_total.denominator) as denominator
from bucket_total
group by
    bucket_total.deployment_id,
    bucket_total.indicator_id,
    bucket_total.period,
    bucket_total.period_start
