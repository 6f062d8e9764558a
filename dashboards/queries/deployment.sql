-- Deployments and how far their data reach.
-- Grain: one row a deployment.
-- Missing: a deployment without data has null days.

select
    deployment.deployment_id,
    deployment.title,
    deployment.zone,
    deployment.first_day,
    deployment.last_day,
    deployment.conversation_count,
    deployment.message_count
from published.deployment
order by deployment.title, deployment.deployment_id
