-- Handoffs that a person accepted, and how many seconds passed until somebody was there.
-- Grain: one row an acceptance.
-- Missing: a handoff that never connected is censored; its value is the time that was waited at least.

select
    event.event_id as unit_id,
    event.conversation_id,
    event.occurred_at,
    coalesce(event.connection_seconds, event.waited_seconds) as value,
    cast(event.connection_seconds is null as integer) as is_censored
from fact.event
where event.kind = 'handoff' and event.detail = 'accepted' and event.conversation_id is not null
