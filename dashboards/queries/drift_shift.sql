-- What moved in the weeks that moved.
-- Grain: one row a week, feature and category.
-- Missing: a week that did not move has no row.

select
    drift_shift.week,
    drift_shift.feature,
    drift_shift.category,
    drift_shift.reference_share,
    drift_shift.week_share,
    drift_shift.contribution,
    drift_shift.is_practical
from published.drift_shift
where
    drift_shift.deployment_id = $deployment_id
    and drift_shift.week >= $since
order by drift_shift.week desc, drift_shift.feature, drift_shift.contribution desc, drift_shift.category
