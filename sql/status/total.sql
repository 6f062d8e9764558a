-- Totals of a deployment.
-- Grain: one row.
-- Missing: a deployment without accepted messages has zeros, and null days. Whoever is unknown is no user.

with message_total as (
    select
        count(*) as message_count,
        count(distinct message.thread_id) as thread_count,
        count(distinct message.user_id) filter (where message.user_id <> 'unknown') as user_count,
        count(*) filter (where message.user_id = 'unknown') as nobody_count,
        coalesce(sum(message.same_copy_count - 1), 0) as exact_copy_count,
        coalesce(sum(message.copy_count - message.same_copy_count), 0) as conflicting_copy_count,
        count(*) filter (where message.received_on > message.sent_on) as late_count,
        coalesce(sum(message.redacted_count), 0) as redacted_count,
        max(message.received_on) as last_received_on
    from staging.message
    where message.deployment_id = $deployment_id
),

conversation_total as (
    select
        count(*) as conversation_count,
        min(conversation.day) as first_day,
        max(conversation.day) as last_day
    from staging.conversation
    where conversation.deployment_id = $deployment_id
),

-- How long threads rest before they go on.
thread_rest as (
    select
        epoch(conversation.started_at)
        - epoch(lag(conversation.ended_at) over (
            partition by conversation.thread_id
            order by conversation.started_at
        )) as second_count
    from staging.conversation
    where conversation.deployment_id = $deployment_id
),

thread_total as (
    select cast(floor(coalesce(max(thread_rest.second_count), 0) / 86400) as bigint) as longest_thread_days
    from thread_rest
),

event_total as (
    select count(*) filter (where event.conversation_id is null) as waiting_count
    from staging.event
    where event.deployment_id = $deployment_id
),

delivery_total as (
    select
        count(*) as delivery_count,
        coalesce(sum(greatest(delivery.record_count, delivery.rejected_count)), 0) as record_count
    from ledger.delivery
    where delivery.deployment_id = $deployment_id
)

select
    message_total.message_count,
    message_total.thread_count,
    message_total.user_count,
    message_total.nobody_count,
    cast(message_total.exact_copy_count as bigint) as exact_copy_count,
    cast(message_total.conflicting_copy_count as bigint) as conflicting_copy_count,
    message_total.late_count,
    cast(message_total.redacted_count as bigint) as redacted_count,
    message_total.last_received_on,
    conversation_total.conversation_count,
    conversation_total.first_day,
    conversation_total.last_day,
    thread_total.longest_thread_days,
    event_total.waiting_count,
    delivery_total.delivery_count,
    cast(delivery_total.record_count as bigint) as record_count
from message_total
cross join conversation_total
cross join thread_total
cross join event_total
cross join delivery_total
