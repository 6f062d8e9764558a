-- Each delivered message once: of conflicting copies the smallest content hash wins, of equal ones the first.
-- Grain: one row a message.
-- Missing: a message that was never accepted has no row; ledger.rejected says why.

with kept as (
    select
        message_id,
        min(content_hash) as content_hash,
        min(received_on) as received_on,
        sum(copy_count) as copy_count
    from staging.delivered_message
    group by message_id
),

same as (
    select
        delivered_message.message_id,
        sum(delivered_message.same_copy_count) as same_copy_count
    from staging.delivered_message
    inner join kept
        on
            delivered_message.message_id = kept.message_id
            and delivered_message.content_hash = kept.content_hash
    group by delivered_message.message_id
),

numbered as (
    select
        *,
        row_number() over (partition by message_id, content_hash order by sent_at, received_on) as copy_number
    from staging.delivered_message
)

select
    numbered.deployment_id,
    numbered.thread_id,
    numbered.user_id,
    numbered.message_id,
    numbered.source_turn,
    numbered.role,
    numbered.text,
    numbered.sent_at,
    numbered.sent_on,
    numbered.model,
    numbered.prompt_version,
    numbered.language,
    numbered.region,
    numbered.age_band,
    numbered.gender,
    numbered.use,
    numbered.surface,
    numbered.model_requested,
    numbered.model_served,
    numbered.provider_fingerprint,
    numbered.policy_version,
    kept.received_on,
    numbered.content_hash,
    cast(greatest(1, kept.copy_count) as bigint) as copy_count,
    cast(greatest(1, same.same_copy_count) as bigint) as same_copy_count,
    numbered.redacted_count
from numbered
inner join kept
    on
        numbered.message_id = kept.message_id
        and numbered.content_hash = kept.content_hash
inner join same on numbered.message_id = same.message_id
where numbered.copy_number = 1
order by numbered.thread_id, numbered.sent_at, numbered.source_turn, numbered.message_id
