-- Values of one distribution that were seen, in its fixed bins and the 64 fixed buckets of users.
-- Grain: one row a deployment, day, bin and bucket.
-- Missing: a bin and bucket without such values has no row; lower bounds are in none.

select
    place.deployment_id,
    place.day,
    binned.bin,
    place.bucket,
    count(*) as unit_count
from unit.binned
inner join unit.place
    on binned.unit_id = place.unit_id
where binned.is_censored = 0
group by
    place.deployment_id,
    place.day,
    binned.bin,
    place.bucket
order by
    place.deployment_id,
    place.day,
    binned.bin,
    place.bucket
