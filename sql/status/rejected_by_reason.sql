-- Rejected records by reason.
-- Grain: one row a reason.
-- Missing: what did not occur has no row.

select
    rejected.reason as value,
    count(*) as row_count
from ledger.rejected
where rejected.deployment_id = $deployment_id
group by rejected.reason
order by value
