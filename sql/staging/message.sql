-- Which copies of repeated messages are kept: of conflicts the smallest content hash, of equals the first.
-- Grain: one row a message that was delivered more than once, by the row that is kept.
-- Missing: a message that came once is kept as it is; one that was never accepted is in ledger.rejected.

with repeated as (
    select
        message_id,
        role,
        min(content_hash) as content_hash,
        min(received_on) as received_on,
        sum(copy_count) as copy_count,
        count(*) over (partition by message_id) as role_count
    from staging.delivered_message
    group by
        message_id,
        role
),

same as (
    select
        delivered_message.row,
        delivered_message.message_id,
        delivered_message.role,
        sum(delivered_message.same_copy_count) over (
            partition by delivered_message.message_id, delivered_message.role
        ) as same_copy_count,
        row_number() over (
            partition by delivered_message.message_id, delivered_message.role
            order by delivered_message.sent_at, delivered_message.received_on, delivered_message.row
        ) as copy_number
    from staging.delivered_message
    inner join repeated
        on
            delivered_message.message_id = repeated.message_id
            and delivered_message.role = repeated.role
            and delivered_message.content_hash = repeated.content_hash
)

select
    same.row,
    -- A name that speakers share stays the user's; see name_beside in pipelines/ingest/once.py.
    case
        when repeated.role_count = 1 or same.role = 'user' then same.message_id
        else same.message_id || '-' || same.role
    end as message_id,
    repeated.received_on,
    cast(greatest(1, repeated.copy_count) as bigint) as copy_count,
    cast(greatest(1, same.same_copy_count) as bigint) as same_copy_count
from same
inner join repeated
    on
        same.message_id = repeated.message_id
        and same.role = repeated.role
where same.copy_number = 1
order by same.row
