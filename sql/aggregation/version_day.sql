-- Which models and prompt versions answered, and which detectors scored.
-- Grain: one row a day, kind of version and its name.
-- Missing: a day without answers or messages has no row; a version the log does not give is 'unknown'. A
-- detector that was to look and looked at nothing, being down or at its cap, is none of the day's.

select
    message.deployment_id,
    message.day,
    'model' as what,
    message.model as value,
    count(*) as message_count,
    count(distinct message.conversation_id) as conversation_count
from staging.message
where message.role = 'assistant'
group by
    message.deployment_id,
    message.day,
    message.model

union all

select
    message.deployment_id,
    message.day,
    'prompt' as what,
    message.prompt_version as value,
    count(*) as message_count,
    count(distinct message.conversation_id) as conversation_count
from staging.message
where message.role = 'assistant'
group by
    message.deployment_id,
    message.day,
    message.prompt_version

union all

select
    coverage.deployment_id,
    coverage.day,
    'detector' as what,
    coverage.detector_id || '@' || coverage.detector_version as value,
    count(*) filter (where coverage.state = 'scored') as message_count,
    null as conversation_count
from finding.coverage
group by
    coverage.deployment_id,
    coverage.day,
    coverage.detector_id,
    coverage.detector_version
having
    count(*) filter (where coverage.state = 'scored') > 0
    -- One that could read none of the day's languages is there all the same.
    or count(*) filter (where coverage.inclusion > 0 and coverage.state in ('not_run', 'failed')) = 0
