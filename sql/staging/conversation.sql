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
)

select
    deployment_id,
    day,
    conversation_id,
    thread_id,
    coalesce(
        min_by(user_id, user_place) filter (where user_id <> 'unknown'), 'unknown'
    ) as user_id,
    min(sent_at) as started_at,
    max(sent_at) as ended_at,
    count(*) as message_count,
    count(*) filter (where role = 'user') as user_message_count,
    count(*) filter (where role = 'assistant') as assistant_message_count,
    count(*) filter (where role = 'agent') as agent_message_count,
    coalesce(
        min_by(model, reply_place) filter (where model <> 'unknown'), 'unknown'
    ) as model,
    coalesce(
        min_by(prompt_version, reply_place) filter (where prompt_version <> 'unknown'), 'unknown'
    ) as prompt_version,
    coalesce(
        min_by(language, user_place) filter (where language <> 'unknown'), 'unknown'
    ) as language,
    coalesce(
        min_by(region, user_place) filter (where region <> 'unknown'), 'unknown'
    ) as region,
    coalesce(
        min_by(age_band, user_place) filter (where age_band <> 'unknown'), 'unknown'
    ) as age_band,
    coalesce(
        min_by(gender, user_place) filter (where gender <> 'unknown'), 'unknown'
    ) as gender,
    coalesce(
        min_by(use, user_place) filter (where use <> 'unknown'), 'unknown'
    ) as use,
    coalesce(
        min_by(surface, user_place) filter (where surface <> 'unknown'), 'unknown'
    ) as surface,
    min(received_on) as received_on
from placed
group by
    deployment_id,
    day,
    conversation_id,
    thread_id
order by
    deployment_id,
    day,
    conversation_id
