-- Handoffs that were offered, and how many the person accepted.
-- Grain: one row an offer.
-- Missing: a day without offers has no row; it is reported as insufficient data, never as 0.

select
    event.event_id as unit_id,
    event.conversation_id,
    event.occurred_at,
    cast(event.is_accepted as integer) as numerator,
    1 as denominator
from fact.event
where event.kind = 'handoff' and event.detail = 'offered'
