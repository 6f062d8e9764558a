-- What the owner of the data should look at: what is open, and what ended since a day.
-- Grain: one row an alert.
-- Missing: nothing to look at has no row.

select
    data_alert.alert_id,
    data_alert.kind,
    data_alert.opened_on,
    data_alert.last_on,
    data_alert.closed_on,
    data_alert.holds_pages,
    data_alert.note,
    data_alert.next_step
from published.data_alert
where
    data_alert.deployment_id = $deployment_id
    and (data_alert.closed_on is null or data_alert.last_on >= $since)
order by
    data_alert.closed_on is not null asc,
    data_alert.holds_pages desc,
    data_alert.opened_on desc,
    data_alert.alert_id asc
