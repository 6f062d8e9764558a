-- Conversations by the language in which most of the user's words are read, and whether detectors read any.
-- Grain: one row a day, language and whether it is seen.
-- Missing: a conversation without a word of the user has no row.

with user_language as (
    select
        message.deployment_id,
        message.day,
        message.conversation_id,
        message.read_language,
        count(*) as message_count,
        count(*) filter (where message.is_scored) as scored_message_count,
        row_number() over (
            partition by message.deployment_id, message.conversation_id
            order by
                count(*) desc,
                message.read_language asc
        ) as place
    from fact.message
    where message.role = 'user'
    group by
        message.deployment_id,
        message.day,
        message.conversation_id,
        message.read_language
),

conversation_language as (
    select
        user_language.deployment_id,
        user_language.day,
        user_language.conversation_id,
        min(user_language.read_language) filter (where user_language.place = 1) as language,
        sum(user_language.message_count) as message_count,
        sum(user_language.scored_message_count) > 0 as is_seen
    from user_language
    group by
        user_language.deployment_id,
        user_language.day,
        user_language.conversation_id
)

select
    conversation_language.deployment_id,
    conversation_language.day,
    conversation_language.language,
    conversation_language.is_seen,
    count(*) as conversation_count,
    cast(sum(conversation_language.message_count) as bigint) as message_count
from conversation_language
group by
    conversation_language.deployment_id,
    conversation_language.day,
    conversation_language.language,
    conversation_language.is_seen
