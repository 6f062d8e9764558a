-- The bin of each value of one distribution.
-- Grain: one row a unit.
-- Missing: a unit in which nobody looked has no value; a value below the first edge falls in bin 0.

select
    counted.unit_id,
    counted.is_censored,
    greatest(count(*) filter (where counted.value >= bin.lower_edge) - 1, 0) as bin
from unit.counted
cross join unit.bin
where counted.denominator > 0
group by
    counted.unit_id,
    counted.is_censored
