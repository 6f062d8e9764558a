-- Where each event belongs: day, slices, bucket of its user, and whether a detector missed part of it.
-- Grain: one row an event.
-- Missing: an event that waits for its conversation is its own cluster.

with clustered as (
    select
        event.*,
        coalesce(conversation.unscored_message_count, 0) as unscored_message_count,
        coalesce(
            nullif(conversation.user_id, 'unknown'),
            nullif(event.user_id, 'unknown'),
            event.conversation_id,
            event.event_id
        ) as cluster_id
    from fact.event
    left join fact.conversation
        on
            event.deployment_id = conversation.deployment_id
            and event.conversation_id = conversation.conversation_id
)

select
    clustered.event_id as unit_id,
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
    cast(clustered.unscored_message_count > 0 as integer) as unscored_count,
    -- The last two hexadecimal digits of the keyed hash, modulo 64: fixed for good.
    (
        greatest(strpos('0123456789abcdef', left(right(clustered.cluster_id, 2), 1)) - 1, 0) % 4 * 16
        + greatest(strpos('0123456789abcdef', right(clustered.cluster_id, 1)) - 1, 0)
    ) as bucket
from clustered
