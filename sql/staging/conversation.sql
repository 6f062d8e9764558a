-- Episodes with their bounds and counts, whose they are, and what answered.
-- Grain: one row an episode.
-- Missing: an episode always has a first message; what none of its messages says is 'unknown'.

-- Of the user counts what is named first on what the user wrote, of the model on replies; elsewhere only if
-- nowhere there: a greeting says neither who came nor in which language they will write.
with placed as (
    select
        *,
        case when role = 'user' then turn else turn + 1000000000 end as user_place,
        case when role = 'assistant' then turn else turn + 1000000000 end as reply_place
    from staging.message
),

counted as (
    select
        conversation_id,
        min_by(user_id, user_place) filter (where user_id <> 'unknown') as user_id,
        min_by(language, user_place) filter (where language <> 'unknown') as language,
        min_by(region, user_place) filter (where region <> 'unknown') as region,
        min_by(age_band, user_place) filter (where age_band <> 'unknown') as age_band,
        min_by(gender, user_place) filter (where gender <> 'unknown') as gender,
        min_by(use, user_place) filter (where use <> 'unknown') as use,
        min_by(surface, user_place) filter (where surface <> 'unknown') as surface,
        min_by(model, reply_place) filter (where model <> 'unknown') as model,
        min_by(prompt_version, reply_place) filter (where prompt_version <> 'unknown') as prompt_version,
        min(sent_at) as started_at,
        max(sent_at) as ended_at,
        count(*) as message_count,
        count(*) filter (where role = 'user') as user_message_count,
        count(*) filter (where role = 'assistant') as assistant_message_count,
        count(*) filter (where role = 'agent') as agent_message_count,
        min(received_on) as received_on
    from placed
    group by conversation_id
)

select
    first_message.deployment_id,
    first_message.day,
    first_message.conversation_id,
    first_message.thread_id,
    coalesce(counted.user_id, 'unknown') as user_id,
    counted.started_at,
    counted.ended_at,
    counted.message_count,
    counted.user_message_count,
    counted.assistant_message_count,
    counted.agent_message_count,
    coalesce(counted.model, 'unknown') as model,
    coalesce(counted.prompt_version, 'unknown') as prompt_version,
    coalesce(counted.language, 'unknown') as language,
    coalesce(counted.region, 'unknown') as region,
    coalesce(counted.age_band, 'unknown') as age_band,
    coalesce(counted.gender, 'unknown') as gender,
    coalesce(counted.use, 'unknown') as use,
    coalesce(counted.surface, 'unknown') as surface,
    counted.received_on
from staging.message as first_message
inner join counted on first_message.conversation_id = counted.conversation_id
where first_message.turn = 0
order by first_message.deployment_id, first_message.day, first_message.conversation_id
