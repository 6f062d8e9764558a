-- What became of rows, by day, source and reason.
-- Grain: one row a deployment, day, source and reason.
-- Missing: what did not occur has no row.

select
    quality_day.deployment_id,
    quality_day.day,
    quality_day.source,
    quality_day.reason,
    quality_day.row_count
from indicator.quality_day

union all

select
    rejected.deployment_id,
    rejected.day,
    'ingest' as source,
    -- Test traffic is left out on purpose; it is counted, and is no fault.
    case
        when rejected.reason = 'test_traffic' then rejected.reason
        else 'rejected:' || rejected.reason
    end as reason,
    count(*) as row_count
from ledger.rejected
group by
    rejected.deployment_id,
    rejected.day,
    rejected.reason

union all

select
    quality.deployment_id,
    quality.day,
    'gate:' || quality.suite as source,
    quality.severity || ':' || quality.rule as reason,
    quality.failing_count as row_count
from ledger.quality
where not quality.is_met
order by
    deployment_id,
    day,
    source,
    reason
