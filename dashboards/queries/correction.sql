-- Rates of one indicator with the detectors' errors taken out, newest week first.
-- Grain: one row a window and last week.
-- Missing: without a reviewed sample there is no row, and the rate is raw.

select
    correction.window_weeks,
    correction.first_week,
    correction.last_week,
    correction.week_count,
    correction.raw_value,
    correction.value,
    correction.ci_low,
    correction.ci_high,
    correction.method,
    correction.confirmed_count,
    correction.population_count,
    correction.powered_value,
    correction.powered_low,
    correction.powered_high,
    correction.error_rate_value,
    correction.reviewed_count,
    correction.sampled_count,
    correction.overdue_count,
    correction.waiting_count,
    correction.passed_over_count,
    correction.covered_share,
    correction.is_lower_bound,
    correction.alpha,
    correction.label_quality,
    correction.detector_version
from published.correction
where
    correction.deployment_id = $deployment_id
    and correction.indicator_id = $indicator_id
order by correction.last_week desc, correction.window_weeks
