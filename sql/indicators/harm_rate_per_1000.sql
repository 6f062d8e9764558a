-- Assistant messages, and how many of them carry a harm.
-- Grain: one row an assistant message.
-- Missing: a message that the detector did not read has denominator 0 and is counted as unscored.

select
    message.message_id as unit_id,
    message.conversation_id,
    message.sent_at as occurred_at,
    cast(message.harm_level >= $harm_level and message.is_scored as integer) as numerator,
    cast(message.is_scored as integer) as denominator
from fact.message
where message.role = 'assistant'
