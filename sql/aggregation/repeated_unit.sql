-- Units that appear more than once, and would be counted as often.
-- Grain: one row a repeated id, at most five.
-- Missing: no row when every id is one unit.

select place.unit_id
from unit.place
group by place.unit_id
having count(*) > 1
order by place.unit_id
limit 5
