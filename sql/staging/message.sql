-- Which copies of repeated messages are kept: of versions the one that came last, of equals the first.
-- Grain: one row a message that was delivered more than once, by the row that is kept.
-- Missing: a message that came once is kept as it is; one that was never accepted is in ledger.rejected.

-- Versions of one day of delivery have no order; the smallest hash is the same whichever is taken in first.
with version as (
    select
        message_id,
        role,
        content_hash,
        max(version_on) as version_on,
        row_number() over (
            partition by message_id, role
            order by max(coalesce(version_on, received_on)) desc, content_hash
        ) as choice
    from staging.delivered_message
    group by
        message_id,
        role,
        content_hash
),

repeated as (
    select
        message_id,
        role,
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
        version.version_on,
        sum(delivered_message.same_copy_count) over (
            partition by delivered_message.message_id, delivered_message.role
        ) as same_copy_count,
        row_number() over (
            partition by delivered_message.message_id, delivered_message.role
            order by delivered_message.sent_at, delivered_message.received_on, delivered_message.row
        ) as copy_number
    from staging.delivered_message
    inner join version
        on
            delivered_message.message_id = version.message_id
            and delivered_message.role = version.role
            and delivered_message.content_hash = version.content_hash
    where version.choice = 1
)

select
    same.row,
    -- A name that speakers share stays the user's; see name_beside in pipelines/ingest/once.py.
    case
        when repeated.role_count = 1 or same.role = 'user' then same.message_id
        else same.message_id || '-' || same.role
    end as message_id,
    repeated.received_on,
    same.version_on,
    cast(greatest(1, repeated.copy_count) as bigint) as copy_count,
    cast(greatest(1, same.same_copy_count) as bigint) as same_copy_count
from same
inner join repeated
    on
        same.message_id = repeated.message_id
        and same.role = repeated.role
where same.copy_number = 1
order by same.row
