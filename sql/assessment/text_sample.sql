-- Texts of one role that are compared: those with the smallest ids, which are keyed hashes.
-- Grain: one row a message, at most $text_count.
-- Missing: without messages there are no rows.

select
    conversation_id,
    text
from staging.message
where
    deployment_id = $deployment_id
    and role = $role
order by message_id
limit $text_count
