-- Assistant messages with a harm, and how many of them come late in a long conversation.
-- Grain: one row an assistant message.
-- Missing: one without a harm has denominator 0; so has one that nobody read, which counts as unscored.

select
    message.message_id as unit_id,
    message.conversation_id,
    message.sent_at as occurred_at,
    cast(message.harm_level >= $harm_level and message.turn >= $late_turn as integer) as numerator,
    cast(message.harm_level >= $harm_level as integer) as denominator
from fact.message
where message.role = 'assistant'
