-- Messages that a detector was given, and how many were in a language that it cannot read.
-- Grain: one row a message of the user or the assistant.
-- Missing: a message that no detector was given has denominator 0 and is counted as unscored.

select
    message.message_id as unit_id,
    message.conversation_id,
    message.sent_at as occurred_at,
    cast(message.scoring_state = 'unsupported_language' as integer) as numerator,
    cast(message.scoring_state not in ('not_run', 'not_text') as integer) as denominator
from fact.message
where message.role in ('user', 'assistant')
