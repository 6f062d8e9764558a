-- Counts of one indicator by day in 64 fixed buckets of users, for intervals that respect clustering.
-- Grain: one row a deployment, day and bucket.
-- Missing: a bucket without units has no row.

select
    place.deployment_id,
    place.day,
    place.bucket,
    cast(sum(counted.numerator) as bigint) as numerator,
    cast(sum(counted.denominator) as bigint) as denominator
from unit.counted
inner join unit.place
    on counted.unit_id = place.unit_id
group by
    place.deployment_id,
    place.day,
    place.bucket
order by
    place.deployment_id,
    place.day,
    place.bucket
