-- The conversation and the turn of a grave finding, which is known by a hash of its message alone; no text.
-- Grain: one row, of the message that has the hash.
-- Missing: a message that was erased, or that lies on another day, has no row.

select
    message.conversation_id,
    message.turn
from read_parquet($files) as message
where left(sha256(concat_ws(chr(31), $kind, $deployment_id, message.message_id, $signal_id)), 15) = $hash
