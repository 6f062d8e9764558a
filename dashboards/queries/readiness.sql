-- What every indicator still lacks in a deployment.
-- Grain: one row an indicator.
-- Missing: an indicator without a row has not been checked.

select
    readiness.indicator_id,
    readiness.state,
    readiness.missing,
    readiness.next_step
from published.readiness
where readiness.deployment_id = $deployment_id
order by readiness.indicator_id
