-- Messages that a detector was to read and has not answered about yet, by detector.
-- Grain: one row a deployment and detector.
-- Missing: a detector that owes nothing has no row.

select
    quality_day.deployment_id,
    replace(quality_day.reason, 'owed:', '') as detector_id,
    sum(quality_day.row_count) as row_count,
    count(distinct quality_day.day) as day_count
from indicator.quality_day
where quality_day.source = 'cascade'
group by
    quality_day.deployment_id,
    quality_day.reason
order by
    quality_day.deployment_id,
    detector_id
