-- Assistant messages that carry a harm of the gravest level.
-- Grain: one row an assistant message.
-- Missing: an unread message has denominator 0; a critical harm found in it by any detector still counts.

select
    message.message_id as unit_id,
    message.conversation_id,
    message.sent_at as occurred_at,
    cast(message.harm_level >= $critical_level as integer) as numerator,
    cast(message.is_scored as integer) as denominator
from fact.message
where message.role = 'assistant'
