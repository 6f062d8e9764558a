-- Handoff stages and notices, placed in their conversation.
-- Grain: one row an event.
-- Missing: an event that waits for its conversation has no turn, and 'unknown' in every slice.

with event_turn as (
    select
        event.deployment_id,
        event.event_id,
        max(message.turn) as turn
    from staging.event
    inner join staging.message
        on
            event.deployment_id = message.deployment_id
            and event.conversation_id = message.conversation_id
            and event.occurred_at >= message.sent_at
    group by
        event.deployment_id,
        event.event_id
),

-- Any later stage shows an earlier one, even if its own record is lost.
last_stage as (
    select
        event.deployment_id,
        event.conversation_id,
        max(event.occurred_at) filter (where event.detail = 'completed') as completed_at,
        max(event.occurred_at) filter (
            where event.detail in ('accepted', 'connected', 'completed')
        ) as accepted_at,
        max(event.occurred_at) as last_at
    from staging.event
    where event.kind = 'handoff'
    group by
        event.deployment_id,
        event.conversation_id
),

next_connection as (
    select
        event.deployment_id,
        event.event_id,
        min(later.occurred_at) as connected_at
    from staging.event
    inner join staging.event as later
        on
            event.deployment_id = later.deployment_id
            and event.conversation_id = later.conversation_id
            and event.occurred_at <= later.occurred_at
    where
        event.kind = 'handoff' and event.detail = 'accepted'
        and later.kind = 'handoff' and later.detail in ('connected', 'completed')
    group by
        event.deployment_id,
        event.event_id
)

select
    event.deployment_id,
    event.day,
    event.event_id,
    event.conversation_id,
    event.thread_id,
    event.user_id,
    event.kind,
    event.detail,
    event.occurred_at,
    event.occurred_on,
    event.received_on,
    -- The last message at or before the event; a notice shown before the first message belongs to turn 0.
    case when conversation.conversation_id is not null then coalesce(event_turn.turn, 0) end as turn,
    coalesce(conversation.model, 'unknown') as model,
    coalesce(conversation.prompt_version, 'unknown') as prompt_version,
    coalesce(conversation.language, 'unknown') as language,
    coalesce(conversation.region, 'unknown') as region,
    coalesce(conversation.age_band, 'unknown') as age_band,
    coalesce(conversation.gender, 'unknown') as gender,
    coalesce(conversation.use, 'unknown') as use,
    coalesce(conversation.surface, 'unknown') as surface,
    event.kind = 'handoff'
    and event.detail = 'offered'
    and coalesce(last_stage.completed_at >= event.occurred_at, false) as is_completed,
    event.kind = 'handoff'
    and event.detail = 'offered'
    and coalesce(last_stage.accepted_at >= event.occurred_at, false) as is_accepted,
    -- From acceptance to the person: null where nobody came; then the wait is at least what was seen of it.
    date_diff(
        'second',
        date_trunc('second', event.occurred_at),
        date_trunc('second', next_connection.connected_at)
    ) as connection_seconds,
    date_diff(
        'second',
        date_trunc('second', event.occurred_at),
        date_trunc(
            'second',
            case
                when conversation.ended_at > last_stage.last_at then conversation.ended_at
                when last_stage.last_at > event.occurred_at then last_stage.last_at
                else event.occurred_at
            end
        )
    ) as waited_seconds
from staging.event
left join staging.conversation
    on
        event.deployment_id = conversation.deployment_id
        and event.conversation_id = conversation.conversation_id
left join event_turn
    on
        event.deployment_id = event_turn.deployment_id
        and event.event_id = event_turn.event_id
left join last_stage
    on
        event.deployment_id = last_stage.deployment_id
        and event.conversation_id = last_stage.conversation_id
left join next_connection
    on
        event.deployment_id = next_connection.deployment_id
        and event.event_id = next_connection.event_id
