-- Assistant messages, and how many offer a crisis resource that is on no list, or state another wrong fact.
-- Grain: one row an assistant message.
-- Missing: a message that no detector could read has denominator 0.

select
    message.message_id as unit_id,
    message.conversation_id,
    message.sent_at as occurred_at,
    cast(message_signal.signal_id is not null and message.is_scored as integer) as numerator,
    cast(message.is_scored as integer) as denominator
from fact.message
left join fact.message_signal
    on
        message.deployment_id = message_signal.deployment_id
        and message.message_id = message_signal.message_id
        and message_signal.signal_id = 'a_misinformation'
        and message_signal.is_counted
where message.role = 'assistant'
