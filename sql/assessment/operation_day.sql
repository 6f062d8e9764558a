-- Data-quality indicators as counts by day, in the shape of the other indicators.
-- Grain: one row a deployment, day and indicator.
-- Missing: a day on which nothing was delivered has no row of data_rejected_share.

with reporting as (
    select
        quality_day.deployment_id,
        quality_day.day,
        sum(quality_day.row_count) filter (where quality_day.reason = 'accepted') as accepted,
        coalesce(sum(quality_day.row_count) filter (where quality_day.reason = 'late'), 0) as late,
        coalesce(sum(quality_day.row_count) filter (where quality_day.source = 'detect'), 0) as unscored,
        coalesce(
            sum(quality_day.row_count) filter (
                where quality_day.reason in ('exact_duplicate', 'conflicting_duplicate')
            ), 0
        ) as duplicate
    from indicator.quality_day
    group by
        quality_day.deployment_id,
        quality_day.day
)

select
    reporting.deployment_id,
    reporting.day,
    'data_late_share' as indicator_id,
    cast(reporting.late as bigint) as numerator,
    cast(coalesce(reporting.accepted, 0) as bigint) as denominator
from reporting

union all

select
    reporting.deployment_id,
    reporting.day,
    'data_unscored_share' as indicator_id,
    cast(reporting.unscored as bigint) as numerator,
    cast(coalesce(reporting.accepted, 0) as bigint) as denominator
from reporting

union all

select
    delivered.deployment_id,
    delivered.day,
    'data_rejected_share' as indicator_id,
    delivered.rejected_count as numerator,
    delivered.record_count as denominator
from unit.delivered

union all

select
    reporting.deployment_id,
    reporting.day,
    'data_duplicate_share' as indicator_id,
    cast(reporting.duplicate as bigint) as numerator,
    cast(coalesce(reporting.accepted, 0) + reporting.duplicate as bigint) as denominator
from reporting

union all

select
    feature_day.deployment_id,
    feature_day.day,
    'data_language_unknown_share' as indicator_id,
    cast(
        coalesce(sum(feature_day.message_count) filter (where feature_day.category = 'unknown'), 0) as bigint
    ) as numerator,
    cast(sum(feature_day.message_count) as bigint) as denominator
from indicator.feature_day
where feature_day.feature = 'language'
group by
    feature_day.deployment_id,
    feature_day.day
