-- What somebody should look at: rates past their appetite, grave findings, changes nobody announced.
-- Grain: one row an alarm.
-- Missing: no row means that none was raised.

select
    alarm.alarm_id,
    alarm.indicator_id,
    alarm.kind,
    alarm.opened_on,
    alarm.closed_on,
    alarm.state,
    alarm.is_paging,
    alarm.statistic,
    alarm.threshold,
    alarm.confirmed_on,
    alarm.cause,
    alarm.note,
    concat_ws(' ', alarm.note, nullif(alarm.evidence, '')) as words,
    alarm.stream_id,
    alarm.resolution,
    alarm.held_by
from published.alarm
where alarm.deployment_id = $deployment_id
order by alarm.opened_on desc, alarm.alarm_id asc
