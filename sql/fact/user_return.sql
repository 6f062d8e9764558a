-- Conversations of people who had not written in the seven days before: new to the log, or back.
-- Grain: one row a conversation: a user's first of a day, after seven days without any.
-- Missing: without data of all seven days nobody can say who was away, so there is no row.

with presence as (
    select
        user_presence.deployment_id,
        user_presence.day,
        user_presence.user_id
    from fact.user_presence
    union
    select
        user_presence.deployment_id,
        user_presence.day,
        user_presence.user_id
    from history.user_presence
),

present_day as (
    select
        presence.deployment_id,
        presence.day
    from presence
    group by
        presence.deployment_id,
        presence.day
),

chosen_day as (
    select
        user_presence.deployment_id,
        user_presence.day
    from fact.user_presence
    group by
        user_presence.deployment_id,
        user_presence.day
),

known_day as (
    select
        chosen_day.deployment_id,
        chosen_day.day
    from chosen_day
    inner join present_day
        on
            chosen_day.deployment_id = present_day.deployment_id
            and date_diff('second', cast(present_day.day as timestamp), cast(chosen_day.day as timestamp))
            between 1 and 7 * 86400
    group by
        chosen_day.deployment_id,
        chosen_day.day
    having count(*) = 7
),

recent_presence as (
    select
        user_presence.deployment_id,
        user_presence.day,
        user_presence.user_id
    from fact.user_presence
    inner join presence
        on
            user_presence.deployment_id = presence.deployment_id
            and user_presence.user_id = presence.user_id
            and date_diff('second', cast(presence.day as timestamp), cast(user_presence.day as timestamp))
            between 1 and 7 * 86400
    group by
        user_presence.deployment_id,
        user_presence.day,
        user_presence.user_id
),

ordered as (
    select
        conversation.deployment_id,
        conversation.day,
        conversation.conversation_id,
        conversation.user_id,
        row_number() over (
            partition by conversation.deployment_id, conversation.day, conversation.user_id
            order by conversation.started_at, conversation.conversation_id
        ) as place
    from staging.conversation
    where conversation.user_id <> 'unknown'
)

select
    ordered.deployment_id,
    ordered.day,
    ordered.conversation_id,
    ordered.user_id
from ordered
inner join known_day
    on
        ordered.deployment_id = known_day.deployment_id
        and ordered.day = known_day.day
left join recent_presence
    on
        ordered.deployment_id = recent_presence.deployment_id
        and ordered.day = recent_presence.day
        and ordered.user_id = recent_presence.user_id
where
    ordered.place = 1
    and recent_presence.user_id is null
