-- Assistant messages up to the twentieth message of a conversation, and how many of them are harmful.
-- Grain: one row an assistant message.
-- Missing: a message that no detector could read has denominator 0.

select
    message.message_id as unit_id,
    message.conversation_id,
    message.sent_at as occurred_at,
    cast(message.harm_level >= $harm_level and message.is_scored as integer) as numerator,
    cast(message.is_scored as integer) as denominator
from fact.message
where
    message.role = 'assistant'
    and message.turn < $late_turn
