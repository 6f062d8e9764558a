-- Changes of model, prompt or policy since a day.
-- Grain: one row a change.
-- Missing: no row means that none was declared or observed.

select
    change.change_id,
    change.effective_on,
    change.what,
    change.note,
    change.origin,
    change.is_planned,
    change.declared_by
from published.change
where
    change.deployment_id = $deployment_id
    and change.effective_on >= $since
order by change.effective_on, change.change_id
