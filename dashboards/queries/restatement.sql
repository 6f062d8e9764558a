-- Days that changed after the lateness window, the newest change first.
-- Grain: one row a reporting day and day of delivery.
-- Missing: nothing was restated.

select
    restatement.day,
    restatement.opened_on,
    restatement.record_count,
    restatement.record_count_before,
    restatement.days_late
from published.restatement
where
    restatement.deployment_id = $deployment_id
    and (restatement.day >= $since or restatement.opened_on >= $since)
order by restatement.opened_on desc, restatement.day asc
