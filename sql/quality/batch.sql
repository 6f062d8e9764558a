-- What a day looks like as a whole: shares that no single row can show to be wrong.
-- Grain: one row a deployment and day.
-- Missing: a day without messages has no row; shares of roles are null below 20 messages.

with placed as (
    select
        message.deployment_id,
        message.day,
        message.role,
        message.received_on,
        message.sent_on,
        message.copy_count,
        message.same_copy_count,
        -- In order of time a thread's own numbering must not fall.
        coalesce(message.source_turn < lag(message.source_turn) over (
            partition by message.deployment_id, message.conversation_id
            order by message.turn
        ), false) as is_out_of_order
    from staging.message
),

counted as (
    select
        placed.deployment_id,
        placed.day,
        count(*) as message_count,
        count(*) filter (where placed.role = 'user') as user_count,
        count(*) filter (where placed.role = 'assistant') as assistant_count,
        count(*) filter (where placed.received_on > placed.sent_on + 1) as late_count,
        count(*) filter (where placed.sent_on > placed.received_on) as ahead_count,
        count(*) filter (where placed.is_out_of_order) as out_of_order_count,
        count(*) filter (where placed.copy_count > 1) as copied_count,
        count(*) filter (where placed.copy_count > placed.same_copy_count) as version_count
    from placed
    group by
        placed.deployment_id,
        placed.day
)

select
    counted.deployment_id,
    counted.day,
    counted.message_count as row_count,
    case when counted.message_count >= 20 then counted.user_count / counted.message_count end as user_share,
    case
        when counted.message_count >= 20 then counted.assistant_count / counted.message_count
    end as assistant_share,
    counted.late_count / counted.message_count as late_share,
    counted.ahead_count / counted.message_count as ahead_share,
    counted.out_of_order_count / counted.message_count as out_of_order_share,
    counted.copied_count / counted.message_count as copied_share,
    counted.version_count / counted.message_count as version_share
from counted
