-- What must not happen to an indicator's rows: units that no fact knows, units twice, impossible counts.
-- Grain: one row.
-- Missing: all zero when the indicator is sound.

with known_row as (
    select
        counted.unit_id,
        counted.numerator,
        counted.denominator,
        place.unit_id is null as is_stray
    from unit.counted
    left join unit.place
        on counted.unit_id = place.unit_id
)

select
    count(*) filter (where known_row.is_stray) as stray_count,
    count(*) - count(distinct known_row.unit_id) as repeated_count,
    count(*) filter (
        where coalesce(known_row.numerator < 0 or known_row.denominator < 0, true)
    ) as impossible_count
from known_row
