-- Harmful assistant messages, and how many of them come late in a long conversation.
-- Grain: one row an assistant message with a harm.
-- Missing: a day without a harm has no row; it is reported as insufficient data, never as 0.

select
    message.message_id as unit_id,
    message.conversation_id,
    message.sent_at as occurred_at,
    cast(message.turn >= $late_turn as integer) as numerator,
    1 as denominator
from fact.message
where
    message.role = 'assistant'
    and message.harm_level >= $harm_level
