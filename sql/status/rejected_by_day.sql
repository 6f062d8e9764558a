-- Rejected records by day of delivery and reason.
-- Grain: one row a day and reason.
-- Missing: what did not occur has no row.

select
    cast(rejected.day as text) || ' ' || rejected.reason as value,
    count(*) as row_count
from ledger.rejected
where rejected.deployment_id = $deployment_id
group by cast(rejected.day as text) || ' ' || rejected.reason
order by value
