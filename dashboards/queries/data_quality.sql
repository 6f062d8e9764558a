-- What happened to rows on their way in, since a day.
-- Grain: one row a day, source and reason.
-- Missing: a day without rows of a reason has no row.

select
    data_quality.day,
    data_quality.source,
    data_quality.reason,
    data_quality.row_count
from published.data_quality
where
    data_quality.deployment_id = $deployment_id
    and data_quality.day >= $since
order by data_quality.day, data_quality.source, data_quality.reason
