-- Users of a week, and how many wrote in several nights.
-- Grain: one row a user and week.
-- Missing: a user the log does not name has no row.

select
    user_week.user_week_id as unit_id,
    user_week.user_id,
    user_week.started_at as occurred_at,
    cast(user_week.night_day_count >= $night_days as integer) as numerator,
    1 as denominator
from fact.user_week
