-- When the records of a reporting day came, and how many of them after the lateness window of seven days.
-- Grain: one row a deployment, reporting day and day of delivery.
-- Missing: a day of delivery that brought nothing for the reporting day has no row.

with record as (
    select
        message.deployment_id,
        message.day,
        message.received_on,
        message.sent_on as dated_on
    from staging.message

    union all

    select
        event.deployment_id,
        event.day,
        event.received_on,
        event.occurred_on as dated_on
    from staging.event
)

select
    record.deployment_id,
    record.day,
    record.received_on,
    count(*) as record_count,
    count(*) filter (where record.received_on > record.dated_on + 7) as overdue_count
from record
group by
    record.deployment_id,
    record.day,
    record.received_on
