-- The newest complete week of every indicator in every slice.
-- Grain: one row an indicator, slice and slice value; raw estimate.
-- Missing: an indicator without a complete week has no row.

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
    and observation.estimate = 'raw'
    and not observation.is_partial
qualify
    row_number() over (
        partition by observation.indicator_id, observation.slice, observation.slice_value
        order by observation.period_start desc
    ) = 1
order by observation.indicator_id, observation.slice, observation.slice_value
