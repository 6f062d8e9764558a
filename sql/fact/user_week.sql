-- What a known user did and showed in a week (from Monday), from the days that the lake holds of it.
-- Grain: one row a user and week; `day` is its Monday.
-- Missing: a user the log does not name has no row. Slices are the least of the week's where they differ.

with placed as (
    select
        user_day.*,
        cast(date_trunc('week', user_day.day) as date) as week
    from fact.user_day
)

select
    placed.deployment_id,
    placed.week as day,
    placed.user_id || ':' || cast(placed.week as text) as user_week_id,
    placed.user_id,
    min(placed.started_at) as started_at,
    min(placed.language) as language,
    min(placed.region) as region,
    min(placed.age_band) as age_band,
    min(placed.gender) as gender,
    count(*) as day_count,
    cast(sum(placed.conversation_count) as bigint) as conversation_count,
    max(placed.duration_seconds) as longest_day_seconds,
    max(placed.longest_seconds) as longest_seconds,
    count(*) filter (where placed.night_message_count > 0) as night_day_count,
    cast(sum(placed.scored_conversation_count) as bigint) as scored_conversation_count,
    cast(sum(placed.unscored_conversation_count) as bigint) as unscored_conversation_count,
    max(placed.user_risk_level) as user_risk_level,
    max(placed.suicidal_level) as suicidal_level,
    cast(sum(placed.ai_reliance_count) as bigint) as ai_reliance_count
from placed
group by
    placed.deployment_id,
    placed.week,
    placed.user_id
