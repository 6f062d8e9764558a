-- The messages of one conversation; the only query of the dashboard that reads text.
-- Grain: one row a message.
-- Missing: an erased conversation has no row; one whose text has expired has rows with an empty text.

select
    message.turn,
    message.role,
    message.text,
    message.sent_at
from read_parquet($files) as message
where message.conversation_id = $conversation_id
order by message.turn
