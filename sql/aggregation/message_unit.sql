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
        coalesce(nullif(message.model, 'unknown'), conversation.model, 'unknown') as model,
        coalesce(
            nullif(message.prompt_version, 'unknown'), conversation.prompt_version, 'unknown'
        ) as prompt_version,
        coalesce(nullif(message.language, 'unknown'), conversation.language, 'unknown') as language,
        coalesce(nullif(message.region, 'unknown'), conversation.region, 'unknown') as region,
        coalesce(nullif(message.age_band, 'unknown'), conversation.age_band, 'unknown') as age_band,
        coalesce(nullif(message.gender, 'unknown'), conversation.gender, 'unknown') as gender,
        coalesce(nullif(message.use, 'unknown'), conversation.use, 'unknown') as use,
        coalesce(nullif(message.surface, 'unknown'), conversation.surface, 'unknown') as surface,
        coalesce(
            nullif(conversation.user_id, 'unknown'),
            nullif(message.user_id, 'unknown'),
            message.conversation_id
        ) as cluster_id
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
