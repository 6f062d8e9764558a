-- Distance of each week from the reference weeks.
-- Grain: one row a feature and week.
-- Missing: a week that is partial or held, and a deployment without whole weeks, has no row.

select
    drift.feature,
    drift.week,
    drift.distance,
    drift.threshold,
    drift.null_high,
    drift.message_count,
    drift.reference_count,
    drift.status,
    drift.is_suppressed
from published.drift
where
    drift.deployment_id = $deployment_id
    and drift.week >= $since
order by drift.feature, drift.week
