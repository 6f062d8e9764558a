-- On which days a known user wrote, for the days that follow.
-- Grain: one row a user and day.
-- Missing: a user the log does not name has no row: nobody can say that they came back.

select
    conversation.deployment_id,
    conversation.day,
    conversation.user_id
from staging.conversation
where conversation.user_id <> 'unknown'
group by
    conversation.deployment_id,
    conversation.day,
    conversation.user_id
