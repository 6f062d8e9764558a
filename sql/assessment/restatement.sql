-- Days that changed after the lateness window: records over seven days old that joined a day with others.
-- Grain: one row a deployment, reporting day and day of delivery.
-- Missing: a day whose first records came late has no row; it had not been shown before.

with placed as (
    select
        received_day.deployment_id,
        received_day.day,
        received_day.received_on,
        received_day.overdue_count,
        sum(received_day.record_count) over (
            partition by received_day.deployment_id, received_day.day
            order by received_day.received_on
            rows between unbounded preceding and 1 preceding
        ) as record_count_before
    from indicator.received_day
)

select
    placed.deployment_id,
    placed.day,
    placed.received_on as opened_on,
    cast(placed.overdue_count as bigint) as record_count,
    cast(placed.record_count_before as bigint) as record_count_before,
    cast(placed.received_on - placed.day as bigint) as days_late
from placed
where
    placed.overdue_count > 0
    and placed.record_count_before > 0
order by
    placed.deployment_id,
    placed.day,
    placed.received_on
