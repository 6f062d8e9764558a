-- One week of one indicator in every slice.
-- Grain: one row a slice value; raw estimate.
-- Missing: a slice value without cases in the week has no row.

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
    and observation.indicator_id = $indicator_id
    and observation.period = 'week'
    and observation.estimate = 'raw'
    and observation.slice <> 'all'
    and observation.period_start = $period_start
order by observation.slice, observation.slice_value
