-- What came for every reporting day since a day, and in what state its data are.
-- Grain: one row a day; days without data have one, too.
-- Missing: before the first day with data there is no row.

select
    data_day.day,
    data_day.state,
    data_day.reasons,
    data_day.first_received_on,
    data_day.last_received_on,
    data_day.message_count,
    data_day.volume,
    data_day.expected_count,
    data_day.expected_low,
    data_day.expected_high,
    data_day.late_count,
    data_day.out_of_order_count,
    data_day.clock_skew_count,
    data_day.waiting_event_count,
    data_day.unscored_count,
    data_day.owed_count,
    data_day.delivered_count,
    data_day.rejected_count
from published.data_day
where
    data_day.deployment_id = $deployment_id
    and data_day.day >= $since
order by data_day.day
