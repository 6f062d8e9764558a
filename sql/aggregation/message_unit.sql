-- Where each message belongs: day, slices, bucket of its user, and whether a detector missed part of it.
-- Grain: one row a message.
-- Missing: a user the log does not name is a cluster of each conversation alone. What a message does not say
-- of itself is what its conversation says: many logs name the user's region on the user's words alone.

with named as (
    select
        message.message_id,
        message.deployment_id,
        message.day,
        message.is_scored,
        case
            when message.model = 'unknown' then coalesce(conversation.model, 'unknown')
            else message.model
        end as model,
        case
            when message.prompt_version = 'unknown' then coalesce(conversation.prompt_version, 'unknown')
            else message.prompt_version
        end as prompt_version,
        case
            when message.language = 'unknown' then coalesce(conversation.language, 'unknown')
            else message.language
        end as language,
        case
            when message.region = 'unknown' then coalesce(conversation.region, 'unknown')
            else message.region
        end as region,
        case
            when message.age_band = 'unknown' then coalesce(conversation.age_band, 'unknown')
            else message.age_band
        end as age_band,
        case
            when message.gender = 'unknown' then coalesce(conversation.gender, 'unknown')
            else message.gender
        end as gender,
        case
            when message.use = 'unknown' then coalesce(conversation.use, 'unknown')
            else message.use
        end as use,
        case
            when message.surface = 'unknown' then coalesce(conversation.surface, 'unknown')
            else message.surface
        end as surface,
        case
            when coalesce(conversation.user_id, 'unknown') <> 'unknown' then conversation.user_id
            when message.user_id <> 'unknown' then message.user_id
            else message.conversation_id
        end as cluster_id
    from fact.message
    left join fact.conversation
        on
            message.deployment_id = conversation.deployment_id
            and message.conversation_id = conversation.conversation_id
)

select
    named.message_id as unit_id,
    named.deployment_id,
    named.day,
    named.model,
    named.prompt_version,
    named.language,
    named.region,
    named.age_band,
    named.gender,
    named.use,
    named.surface,
    cast(not named.is_scored as integer) as unscored_count,
    -- The last two hexadecimal digits of the keyed hash, modulo 64: fixed for good.
    (
        greatest(strpos('0123456789abcdef', left(right(named.cluster_id, 2), 1)) - 1, 0) % 4 * 16
        + greatest(strpos('0123456789abcdef', right(named.cluster_id, 1)) - 1, 0)
    ) as bucket
from named
