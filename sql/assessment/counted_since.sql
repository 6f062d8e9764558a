-- From which day on an operator's own indicators are counted, where a deployment's days begin earlier.
-- Grain: one row a deployment and own indicator whose signal is younger than its oldest text.
-- Missing: an own indicator that is counted from the first day on has no row.

with first_counted as (
    select
        indicator_day.deployment_id,
        indicator_day.indicator_id,
        min(indicator_day.day) as day
    from indicator.indicator_day
    group by
        indicator_day.deployment_id,
        indicator_day.indicator_id
),

first_day as (
    select
        first_counted.deployment_id,
        min(first_counted.day) as day
    from first_counted
    group by first_counted.deployment_id
)

select
    first_counted.deployment_id,
    first_counted.indicator_id,
    first_counted.day as since_on
from first_counted
inner join first_day
    on first_counted.deployment_id = first_day.deployment_id
where
    left(first_counted.indicator_id, 2) = 'x_'
    and first_counted.day > first_day.day
order by
    first_counted.deployment_id,
    first_counted.indicator_id
