-- Conversations of a day, and how many of them fail each rule of the gate; a rule's column has its name.
-- Grain: one row a deployment and day.
-- Missing: a day without conversations has no row.

with repeated as (
    select
        conversation.deployment_id,
        conversation.conversation_id
    from staging.conversation
    group by
        conversation.deployment_id,
        conversation.conversation_id
    having count(*) > 1
)

select
    conversation.deployment_id,
    conversation.day,
    count(*) as row_count,
    count(repeated.conversation_id) as conversation_id_is_unique,
    count(*) filter (where conversation.ended_at < conversation.started_at) as time_runs_forward,
    count(*) filter (where conversation.user_message_count < 1) as user_speaks,
    count(*) filter (where conversation.assistant_message_count < 1) as assistant_answers,
    count(*) filter (where conversation.message_count > $most_messages) as length_is_plausible
from staging.conversation
left join repeated
    on
        conversation.deployment_id = repeated.deployment_id
        and conversation.conversation_id = repeated.conversation_id
group by
    conversation.deployment_id,
    conversation.day
