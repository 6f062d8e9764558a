-- Deployments, how far their data reach, and the newest day of them that was over when the file was built.
-- Grain: one row a deployment.
-- Missing: a deployment without data has null days; where nothing is known of days, the last one counts as over.

with running_day as (
    select
        data_day.deployment_id,
        min(data_day.day) as day
    from published.data_day
    where list_contains(string_split(data_day.reasons, ','), 'running')
    group by data_day.deployment_id
)

select
    deployment.deployment_id,
    deployment.title,
    deployment.zone,
    deployment.first_day,
    deployment.last_day,
    least(deployment.last_day, running_day.day - 1) as last_ended_day,
    deployment.conversation_count,
    deployment.message_count
from published.deployment
left join running_day on deployment.deployment_id = running_day.deployment_id
order by deployment.title, deployment.deployment_id
