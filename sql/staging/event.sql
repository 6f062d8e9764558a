-- Each delivered event once, beside the episode it belongs to.
-- Grain: one row an event.
-- Missing: an event whose episode has not come yet waits with a null conversation_id on its own day.

with kept as (
    select
        event_id,
        min(deployment_id) as deployment_id,
        min(thread_id) as thread_id,
        min(user_id) as user_id,
        min(kind) as kind,
        min(detail) as detail,
        min(occurred_at) as occurred_at,
        min(occurred_on) as occurred_on,
        min(received_on) as received_on,
        cast(greatest(1, sum(copy_count)) as bigint) as copy_count
    from staging.delivered_event
    group by event_id
),

-- An event belongs to the episode that has begun, else to the next: a notice may come before a message.
candidate as (
    select
        kept.event_id,
        conversation.conversation_id,
        conversation.day,
        row_number() over (
            partition by kept.event_id
            order by
                case when conversation.started_at <= kept.occurred_at then 0 else 1 end,
                abs(epoch(kept.occurred_at) - epoch(conversation.started_at))
        ) as choice
    from kept
    inner join staging.conversation
        on
            kept.thread_id = conversation.thread_id
            and kept.occurred_at >= conversation.started_at - to_hours($silence_hours)
            and kept.occurred_at <= conversation.ended_at + to_hours($silence_hours)
)

select
    kept.deployment_id,
    coalesce(candidate.day, kept.occurred_on) as day,
    kept.event_id,
    candidate.conversation_id,
    kept.thread_id,
    kept.user_id,
    kept.kind,
    kept.detail,
    kept.occurred_at,
    kept.occurred_on,
    kept.received_on,
    kept.copy_count
from kept
left join candidate
    on
        kept.event_id = candidate.event_id
        and candidate.choice = 1
order by kept.deployment_id, day, kept.event_id
