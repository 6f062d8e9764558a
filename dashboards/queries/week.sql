-- Weekly values of every indicator for the whole deployment.
-- Grain: one row an indicator, week and estimate.
-- Missing: a week without a value has no row, or a row with a null value; it is never 0.

select
    observation.indicator_id,
    observation.period,
    observation.period_start,
    observation.slice,
    observation.slice_value,
    observation.estimate,
    observation.numerator,
    observation.denominator,
    observation.value,
    observation.ci_low,
    observation.ci_high,
    observation.method,
    observation.status,
    observation.variation,
    observation.coverage,
    observation.is_suppressed,
    observation.is_of_few,
    observation.p90,
    observation.at_least,
    observation.is_partial,
    observation.data_state,
    observation.definition_version,
    observation.detector_version,
    observation.appetite_version
from published.observation
where
    observation.deployment_id = $deployment_id
    and observation.period = 'week'
    and observation.slice = 'all'
    and observation.period_start >= $since
order by observation.indicator_id, observation.period_start, observation.estimate
