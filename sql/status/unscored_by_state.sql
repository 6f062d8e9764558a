-- Messages that no detector scored, by why: in an unread language, no text, failed, not run.
-- Grain: one row a deployment and state.
-- Missing: what did not occur has no row.

select
    quality_day.deployment_id,
    replace(quality_day.reason, 'unscored:', '') as state,
    sum(quality_day.row_count) as row_count
from indicator.quality_day
where quality_day.source = 'detect'
group by
    quality_day.deployment_id,
    quality_day.reason
order by
    quality_day.deployment_id,
    state
