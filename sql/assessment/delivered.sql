-- What was delivered on a day, without the records that the operator marks as a test: no fault of a delivery.
-- Grain: one row a deployment and day of delivery.
-- Missing: a day on which nothing was delivered has no row.

with test_traffic as (
    select
        rejected.deployment_id,
        rejected.delivery_id,
        count(*) as test_count
    from ledger.rejected
    where rejected.reason = 'test_traffic'
    group by
        rejected.deployment_id,
        rejected.delivery_id
)

select
    delivery.deployment_id,
    delivery.received_on as day,
    cast(
        sum(greatest(delivery.record_count, delivery.rejected_count) - coalesce(test_traffic.test_count, 0))
        as bigint
    ) as record_count,
    cast(sum(delivery.rejected_count - coalesce(test_traffic.test_count, 0)) as bigint) as rejected_count
from ledger.delivery
left join test_traffic
    on
        delivery.deployment_id = test_traffic.deployment_id
        and delivery.delivery_id = test_traffic.delivery_id
group by
    delivery.deployment_id,
    delivery.received_on
