-- The thread of one conversation.
-- Grain: one row a conversation.
-- Missing: an erased or unknown conversation has no row.

select conversation.thread_id
from read_parquet($files) as conversation
where conversation.conversation_id = $conversation_id
