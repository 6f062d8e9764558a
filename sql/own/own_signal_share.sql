-- Conversations that show a signal of the operator's own, of those in which it was looked for.
-- Grain: one row a conversation with a message that its patterns could read or should have read.
-- Missing: a day before the signal existed, whose text had expired, has no row: it is unknown, never 0.

select
    own_signal.conversation_id as unit_id,
    own_signal.conversation_id,
    min(own_signal.sent_at) as occurred_at,
    max(cast(own_signal.is_scored and own_signal.is_counted as integer)) as numerator,
    max(cast(own_signal.is_scored as integer)) as denominator
from fact.own_signal
where own_signal.signal_id = $signal_id
group by own_signal.conversation_id
