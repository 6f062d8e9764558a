-- Counts of one indicator by day and by the day on which a unit's last record was delivered.
-- Grain: one row a deployment, day and day of delivery.
-- Missing: a day without units has no row.

select
    arrival.deployment_id,
    arrival.day,
    arrival.received_on,
    cast(sum(counted.numerator) as bigint) as numerator,
    cast(sum(counted.denominator) as bigint) as denominator
from unit.counted
inner join unit.arrival
    on counted.unit_id = arrival.unit_id
group by
    arrival.deployment_id,
    arrival.day,
    arrival.received_on
order by
    arrival.deployment_id,
    arrival.day,
    arrival.received_on
