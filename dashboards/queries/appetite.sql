-- Appetites of a deployment, approved or placeholder.
-- Grain: one row an indicator and first day.
-- Missing: an indicator without limits has no row.

select
    appetite.indicator_id,
    appetite.effective_from,
    appetite.watch,
    appetite.breach,
    appetite.side,
    appetite.is_placeholder,
    appetite.version,
    appetite.reason,
    appetite.proposed_by,
    appetite.approved_by
from published.appetite
where appetite.deployment_id = $deployment_id
order by appetite.indicator_id, appetite.effective_from, appetite.version
