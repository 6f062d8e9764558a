-- Counts of the whole deployment by day, week and month in the 64 buckets of users, as lists.
-- Grain: one row a deployment, indicator and period.
-- Missing: a bucket without units is in no list.

with counted as (
    select
        indicator_bucket.deployment_id,
        indicator_bucket.day,
        indicator_bucket.indicator_id,
        indicator_bucket.bucket,
        indicator_bucket.numerator,
        indicator_bucket.denominator,
        false as is_week
    from indicator.indicator_bucket

    union all

    -- A user in a week belongs to the week, and to the month of its Monday.
    select
        indicator_week_bucket.deployment_id,
        indicator_week_bucket.day,
        indicator_week_bucket.indicator_id,
        indicator_week_bucket.bucket,
        indicator_week_bucket.numerator,
        indicator_week_bucket.denominator,
        true as is_week
    from indicator.indicator_week_bucket
),

placed as (
    select
        counted.*,
        'day' as period,
        counted.day as period_start
    from counted
    where not counted.is_week

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
