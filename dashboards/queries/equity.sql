-- Rate ratios of groups against the rest, with what the detector's error allows.
-- Grain: one row an indicator and slice value.
-- Missing: an indicator or group that was not compared has no row.

select
    equity.indicator_id,
    equity.slice,
    equity.slice_value,
    equity.first_day,
    equity.last_day,
    equity.numerator,
    equity.denominator,
    equity.ratio,
    equity.ci_low,
    equity.ci_high,
    equity.difference_per_1000,
    equity.bound_low,
    equity.bound_high,
    equity.status,
    equity.method,
    equity.funnel_low,
    equity.funnel_high,
    equity.is_suppressed,
    equity.is_of_few
from published.equity
where equity.deployment_id = $deployment_id
order by equity.indicator_id, equity.slice, equity.slice_value
