-- Which models and prompt versions answered.
-- Grain: one row a day, kind of version and its name.
-- Missing: a day without answers has no row; a version the log does not give is 'unknown'.

select
    message.deployment_id,
    message.day,
    'model' as what,
    message.model as value,
    count(*) as message_count
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
    count(*) as message_count
from staging.message
where message.role = 'assistant'
group by
    message.deployment_id,
    message.day,
    message.prompt_version
