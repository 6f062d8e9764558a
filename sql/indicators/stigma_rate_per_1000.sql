-- Assistant messages, and how many of them stigmatise or dismiss.
-- Grain: one row an assistant message.
-- Missing: a message in which nobody looked for it has denominator 0 and is counted as unscored.

select
    message.message_id as unit_id,
    message.conversation_id,
    message.sent_at as occurred_at,
    cast(message_signal.signal_id is not null and sight.signal_id is not null as integer) as numerator,
    cast(sight.signal_id is not null as integer) as denominator,
    cast(sight.signal_id is null as integer) as unseen
from fact.message
left join fact.message_signal
    on
        message.deployment_id = message_signal.deployment_id
        and message.message_id = message_signal.message_id
        and message_signal.signal_id = 'a_stigma_invalidation'
        and message_signal.is_counted
left join fact.sight
    on
        message.deployment_id = sight.deployment_id
        and message.day = sight.day
        and message.sight = sight.sight
        and sight.signal_id = 'a_stigma_invalidation'
where message.role = 'assistant'
