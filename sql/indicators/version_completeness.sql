-- Assistant messages, and how many say which model and which prompt wrote them.
-- Grain: one row an assistant message.
-- Missing: nothing is; a version that the log does not give, or that is no short label, is not complete.

select
    message.message_id as unit_id,
    message.conversation_id,
    message.sent_at as occurred_at,
    cast(
        message.model not in ('unknown', 'unrecognised')
        and message.prompt_version not in ('unknown', 'unrecognised') as integer
    ) as numerator,
    1 as denominator
from fact.message
where message.role = 'assistant'
