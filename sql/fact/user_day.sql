-- What a known user did and showed on a day, for indicators whose unit is a user in a week.
-- Grain: one row a user and day.
-- Missing: a user the log does not name has no row. Slices are those of the day's first conversation.

with night_message as (
    select
        message.deployment_id,
        message.conversation_id,
        count(*) filter (
            where message.deployment_hour >= 0 and message.deployment_hour < 5
        ) as night_message_count
    from fact.message
    where message.role = 'user'
    group by
        message.deployment_id,
        message.conversation_id
),

ordered as (
    select
        conversation.*,
        coalesce(night_message.night_message_count, 0) as night_message_count,
        row_number() over (
            partition by conversation.deployment_id, conversation.day, conversation.user_id
            order by conversation.started_at, conversation.conversation_id
        ) as place
    from fact.conversation
    left join night_message
        on
            conversation.deployment_id = night_message.deployment_id
            and conversation.conversation_id = night_message.conversation_id
    where conversation.user_id <> 'unknown'
)

select
    ordered.deployment_id,
    ordered.day,
    ordered.user_id,
    min(ordered.started_at) as started_at,
    max(ordered.received_on) as received_on,
    max(case when ordered.place = 1 then ordered.language end) as language,
    max(case when ordered.place = 1 then ordered.region end) as region,
    max(case when ordered.place = 1 then ordered.age_band end) as age_band,
    max(case when ordered.place = 1 then ordered.gender end) as gender,
    count(*) as conversation_count,
    cast(sum(ordered.duration_seconds) as bigint) as duration_seconds,
    max(ordered.duration_seconds) as longest_seconds,
    cast(sum(ordered.night_message_count) as bigint) as night_message_count,
    count(*) filter (where ordered.has_scored_message) as scored_conversation_count,
    count(*) filter (where ordered.unscored_message_count > 0) as unscored_conversation_count,
    max(ordered.user_risk_level) as user_risk_level,
    max(ordered.suicidal_level) as suicidal_level,
    count(*) filter (where ordered.has_ai_reliance) as ai_reliance_count
from ordered
group by
    ordered.deployment_id,
    ordered.day,
    ordered.user_id
