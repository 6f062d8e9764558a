-- The detectors that scored a day, in one text.
-- Grain: one row a deployment and day.
-- Missing: a day without messages, or one whose findings had expired before this was counted, has no row.

select
    version_day.deployment_id,
    version_day.day,
    string_agg(version_day.value, ',' order by version_day.value) as detectors
from indicator.version_day
where version_day.what = 'detector'
group by
    version_day.deployment_id,
    version_day.day
