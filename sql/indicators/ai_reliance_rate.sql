-- Users of a week, and how many leaned on the assistant instead of people.
-- Grain: one row a user and week.
-- Missing: a user the log does not name has no row. A user of whom nothing could be read has denominator 0.

select
    user_week.user_week_id as unit_id,
    user_week.user_id,
    user_week.started_at as occurred_at,
    cast(user_week.ai_reliance_count > 0 and user_week.scored_conversation_count > 0 as integer) as numerator,
    cast(user_week.scored_conversation_count > 0 as integer) as denominator
from fact.user_week
