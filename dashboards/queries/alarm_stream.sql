-- Where each stream about a level or a release stands: evidence, since when, and out of how much.
-- Grain: one row a stream.
-- Missing: an indicator without a row is followed by no stream.

select
    alarm_stream.indicator_id,
    alarm_stream.stream_id,
    alarm_stream.state,
    alarm_stream.judged_since,
    alarm_stream.judged_through,
    alarm_stream.statistic,
    alarm_stream.watch_from,
    alarm_stream.threshold,
    alarm_stream.held_day_count,
    alarm_stream.why_not
from published.alarm_stream
where alarm_stream.deployment_id = $deployment_id
order by alarm_stream.stream_id
