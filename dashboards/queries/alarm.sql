-- Alarms of the sequential detectors.
-- Grain: one row an alarm.
-- Missing: no row means that none was raised.

select
    alarm.alarm_id,
    alarm.indicator_id,
    alarm.opened_on,
    alarm.state,
    alarm.statistic,
    alarm.threshold,
    alarm.note
from published.alarm
where alarm.deployment_id = $deployment_id
order by alarm.opened_on desc, alarm.alarm_id
