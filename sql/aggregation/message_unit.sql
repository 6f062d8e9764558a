-- Where each message belongs: day, slices, bucket of its user, and whether a detector missed part of it.
-- Grain: one row a message.
-- Missing: a user the log does not name is a cluster of each conversation alone.

with clustered as (
    select
        message.*,
        case
            when message.user_id = 'unknown' then message.conversation_id
            else message.user_id
        end as cluster_id
    from fact.message
)

select
    clustered.message_id as unit_id,
    clustered.deployment_id,
    clustered.day,
    clustered.model,
    clustered.prompt_version,
    clustered.language,
    clustered.region,
    clustered.age_band,
    clustered.gender,
    clustered.use,
    clustered.surface,
    cast(not clustered.is_scored as integer) as unscored_count,
    -- The last two hexadecimal digits of the keyed hash, modulo 64: fixed for good.
    (
        greatest(strpos('0123456789abcdef', left(right(clustered.cluster_id, 2), 1)) - 1, 0) % 4 * 16
        + greatest(strpos('0123456789abcdef', right(clustered.cluster_id, 1)) - 1, 0)
    ) as bucket
from clustered
