-- Episodes with their bounds, counts and the slices of their first message.
-- Grain: one row an episode.
-- Missing: an episode always has a first message; what the log does not say is 'unknown'.

with first_message as (
    select *
    from staging.message
    where turn = 0
),

counted as (
    select
        conversation_id,
        min(sent_at) as started_at,
        max(sent_at) as ended_at,
        count(*) as message_count,
        count(*) filter (where role = 'user') as user_message_count,
        count(*) filter (where role = 'assistant') as assistant_message_count,
        count(*) filter (where role = 'agent') as agent_message_count,
        min(received_on) as received_on
    from staging.message
    group by conversation_id
)

select
    first_message.deployment_id,
    first_message.day,
    first_message.conversation_id,
    first_message.thread_id,
    first_message.user_id,
    counted.started_at,
    counted.ended_at,
    counted.message_count,
    counted.user_message_count,
    counted.assistant_message_count,
    counted.agent_message_count,
    first_message.model,
    first_message.prompt_version,
    first_message.language,
    first_message.region,
    first_message.age_band,
    first_message.gender,
    first_message.use,
    first_message.surface,
    counted.received_on
from first_message
inner join counted on first_message.conversation_id = counted.conversation_id
order by first_message.deployment_id, first_message.day, first_message.conversation_id
