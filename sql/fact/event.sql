-- Handoff stages and notices, placed in their conversation.
-- Grain: one row an event.
-- Missing: an event that waits for its conversation has no turn, and 'unknown' in every slice; it is matched
-- with what waits of its thread on its day.
-- Assumed: no record says to which offer a stage belongs, so to an offer belongs what comes before the next
-- offer and before a failure. There a later stage shows an earlier one of which the record is lost; what
-- comes after a failure without a new offer belongs to none. An offer that comes again before anything else
-- was not accepted: nothing tells a repeat from an offer that nobody answered.

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

handoff as (
    select
        event.deployment_id,
        event.day,
        coalesce(event.conversation_id, event.thread_id) as place_id,
        event.event_id,
        event.detail,
        event.occurred_at
    from staging.event
    where event.kind = 'handoff'
),

handoff_place as (
    select
        handoff.deployment_id,
        handoff.day,
        handoff.place_id,
        min(handoff.occurred_at) filter (where handoff.detail = 'offered') as first_offered_at,
        max(handoff.occurred_at) as last_at
    from handoff
    group by
        handoff.deployment_id,
        handoff.day,
        handoff.place_id
),

-- Offers and acceptances, and what ends them. A failure at the very time of an offer is that of the offer
-- before it, which is then tried again at once; of the first offer it is its own.
opening as (
    select
        handoff.deployment_id,
        handoff.day,
        handoff.place_id,
        handoff.event_id,
        handoff.occurred_at,
        min(later.occurred_at) filter (
            where later.detail = 'offered' and later.occurred_at > handoff.occurred_at
        ) as next_offer_at,
        min(later.occurred_at) filter (
            where
            later.detail = 'failed'
            and (
                later.occurred_at > handoff.occurred_at
                or handoff.detail = 'accepted'
                or handoff.occurred_at = handoff_place.first_offered_at
            )
        ) as failed_at
    from handoff
    inner join handoff_place
        on
            handoff.deployment_id = handoff_place.deployment_id
            and handoff.day = handoff_place.day
            and handoff.place_id = handoff_place.place_id
    inner join handoff as later
        on
            handoff.deployment_id = later.deployment_id
            and handoff.day = later.day
            and handoff.place_id = later.place_id
            and handoff.occurred_at <= later.occurred_at
    where handoff.detail in ('offered', 'accepted')
    group by
        handoff.deployment_id,
        handoff.day,
        handoff.place_id,
        handoff.event_id,
        handoff.occurred_at
),

-- At equal times a failure comes after an acceptance and a connection, and before a completion.
outcome as (
    select
        opening.deployment_id,
        opening.event_id,
        min(opening.failed_at) filter (
            where opening.next_offer_at is null or opening.failed_at <= opening.next_offer_at
        ) as failed_at,
        min(opening.next_offer_at) as next_offer_at,
        count(stage.event_id) as later_stage_count,
        count(stage.event_id) filter (where stage.detail = 'completed') as completed_count,
        min(stage.occurred_at) filter (where stage.detail in ('connected', 'completed')) as connected_at
    from opening
    left join handoff as stage
        on
            opening.deployment_id = stage.deployment_id
            and opening.day = stage.day
            and opening.place_id = stage.place_id
            and opening.occurred_at <= stage.occurred_at
            and stage.detail in ('accepted', 'connected', 'completed')
            and (opening.next_offer_at is null or opening.next_offer_at > stage.occurred_at)
            and (
                opening.failed_at is null
                or opening.failed_at > stage.occurred_at
                or (opening.failed_at = stage.occurred_at and stage.detail <> 'completed')
            )
    group by
        opening.deployment_id,
        opening.event_id
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
    -- The last message at or before the event. What came before the first message is in the turn before it:
    -- in turn 0 it would count as the answer to what that message says.
    case when conversation.conversation_id is not null then coalesce(event_turn.turn, -1) end as turn,
    coalesce(conversation.model, 'unknown') as model,
    coalesce(conversation.prompt_version, 'unknown') as prompt_version,
    coalesce(conversation.language, 'unknown') as language,
    coalesce(conversation.region, 'unknown') as region,
    coalesce(conversation.age_band, 'unknown') as age_band,
    coalesce(conversation.gender, 'unknown') as gender,
    coalesce(conversation.use, 'unknown') as use,
    coalesce(conversation.surface, 'unknown') as surface,
    event.detail = 'offered' and coalesce(outcome.completed_count, 0) > 0 as is_completed,
    event.detail = 'offered' and coalesce(outcome.later_stage_count, 0) > 0 as is_accepted,
    -- Of an offer or an acceptance: it ended in a failure, and nobody had come before.
    outcome.failed_at is not null and outcome.connected_at is null as is_failed,
    -- From acceptance to the person: null where nobody came; then the wait is at least what was seen of it.
    case
        when event.detail = 'accepted'
            then date_diff(
                'second',
                date_trunc('second', event.occurred_at),
                date_trunc('second', outcome.connected_at)
            )
    end as connection_seconds,
    date_diff(
        'second',
        date_trunc('second', event.occurred_at),
        date_trunc(
            'second',
            case
                when outcome.failed_at is not null then outcome.failed_at
                when outcome.next_offer_at is not null then outcome.next_offer_at
                when conversation.ended_at > handoff_place.last_at then conversation.ended_at
                when handoff_place.last_at > event.occurred_at then handoff_place.last_at
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
left join handoff_place
    on
        event.deployment_id = handoff_place.deployment_id
        and event.day = handoff_place.day
        and coalesce(event.conversation_id, event.thread_id) = handoff_place.place_id
left join outcome
    on
        event.deployment_id = outcome.deployment_id
        and event.event_id = outcome.event_id
