-- Days that a rule of severity stop holds back.
-- Grain: one row a day.
-- Missing: what did not occur has no row.

select
    quality.day as value,
    count(*) as row_count
from ledger.quality
where
    quality.deployment_id = $deployment_id
    and quality.severity = 'stop'
    and not quality.is_met
group by quality.day
order by value
