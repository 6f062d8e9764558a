-- In how many messages each field is known, since a day and in the newest seven days with data.
-- Grain: one row a field.
-- Missing: without messages there is no row.

with recent as (
    select max(field_completeness.day) - 6 as first_day
    from published.field_completeness
    where field_completeness.deployment_id = $deployment_id
)

select
    field_completeness.field,
    cast(sum(field_completeness.known_count) as bigint) as known_count,
    cast(sum(field_completeness.row_count) as bigint) as row_count,
    cast(coalesce(sum(field_completeness.known_count) filter (
        where field_completeness.day >= recent.first_day
    ), 0) as bigint) as newest_known_count,
    cast(coalesce(sum(field_completeness.row_count) filter (
        where field_completeness.day >= recent.first_day
    ), 0) as bigint) as newest_row_count
from published.field_completeness
cross join recent
where
    field_completeness.deployment_id = $deployment_id
    and field_completeness.day >= $since
group by field_completeness.field
order by field_completeness.field
