-- Offered handoffs, and how many of them ended with a human who took over.
-- Grain: one row an offered handoff.
-- Missing: a day without an offer has no row; it is reported as insufficient data, never as 0.

select
    event.event_id as unit_id,
    event.conversation_id,
    event.occurred_at,
    cast(event.is_completed as integer) as numerator,
    1 as denominator
from fact.event
where event.kind = 'handoff' and event.detail = 'offered'
