-- Rate ratios of groups against the rest, for one indicator.
-- Grain: one row a slice value.
-- Missing: a group that was not compared has no row.

select
    equity.indicator_id,
    equity.slice,
    equity.slice_value,
    equity.ratio,
    equity.ci_low,
    equity.ci_high,
    equity.status
from published.equity
where
    equity.deployment_id = $deployment_id
    and equity.indicator_id = $indicator_id
order by equity.slice, equity.slice_value
