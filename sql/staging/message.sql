-- Which delivered rows are kept: of conflicts the smallest content hash, of equal copies the first.
-- Grain: one row a message, by the place of the row that is kept, in the order of threads and time.
-- Missing: a message that was never accepted has no row; ledger.rejected says why.

with repeated as (
    select
        message_id,
        min(content_hash) as content_hash,
        min(received_on) as received_on,
        sum(copy_count) as copy_count
    from staging.delivered_message
    group by message_id
    having count(*) > 1
),

same as (
    select
        delivered_message.message_id,
        sum(delivered_message.same_copy_count) as same_copy_count
    from staging.delivered_message
    inner join repeated
        on
            delivered_message.message_id = repeated.message_id
            and delivered_message.content_hash = repeated.content_hash
    group by delivered_message.message_id
),

numbered as (
    select
        delivered_message.place,
        delivered_message.message_id,
        row_number() over (
            partition by delivered_message.message_id
            order by delivered_message.sent_at, delivered_message.received_on, delivered_message.place
        ) as copy_number
    from staging.delivered_message
    inner join repeated
        on
            delivered_message.message_id = repeated.message_id
            and delivered_message.content_hash = repeated.content_hash
),

kept as (
    select
        numbered.place,
        repeated.received_on,
        repeated.copy_count,
        same.same_copy_count
    from numbered
    inner join repeated on numbered.message_id = repeated.message_id
    inner join same on numbered.message_id = same.message_id
    where numbered.copy_number = 1

    union all

    select
        delivered_message.place,
        delivered_message.received_on,
        delivered_message.copy_count,
        delivered_message.same_copy_count
    from staging.delivered_message
    where not exists (
        select 1 from repeated
        where repeated.message_id = delivered_message.message_id
    )
)

select
    kept.place,
    kept.received_on,
    cast(greatest(1, kept.copy_count) as bigint) as copy_count,
    cast(greatest(1, kept.same_copy_count) as bigint) as same_copy_count
from kept
inner join staging.delivered_message on kept.place = delivered_message.place
order by
    delivered_message.thread_id,
    delivered_message.sent_at,
    delivered_message.source_turn,
    delivered_message.message_id
