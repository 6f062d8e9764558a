-- Replies that name a listed crisis resource, and whether one of them serves the country of the person.
-- Grain: one row a message of the assistant that names a listed resource.
-- Missing: a message without one has no row; without a region of the person `country` is unknown.

with mention as (
    select
        finding.deployment_id,
        finding.message_id,
        -- The rule is named by language, resource and number, and a resource by its country: en.us_988.988.
        substring(finding.evidence_id, 4, 2) as country
    from finding.finding
    where
        finding.signal_id = 'p_crisis_resource'
        and finding.detector_id <> 'own_patterns'
        and substring(finding.evidence_id, 3, 1) = '.'
        and (substring(finding.evidence_id, 6, 1) = '_' or substring(finding.evidence_id, 4, 4) = 'int_')
)

select
    message.deployment_id,
    message.day,
    message.conversation_id,
    message.message_id,
    message.sent_at,
    case when message.region = 'unknown' then 'unknown' else lower(left(message.region, 2)) end as country,
    count(*) as resource_count,
    -- What serves all countries, or all of Europe, is wrong nowhere that it is read.
    count(*) filter (
        where mention.country = lower(left(message.region, 2)) or mention.country in ('in', 'eu')
    ) as local_count
from mention
inner join staging.message
    on
        mention.deployment_id = message.deployment_id
        and mention.message_id = message.message_id
where message.role = 'assistant'
group by
    message.deployment_id,
    message.day,
    message.conversation_id,
    message.message_id,
    message.sent_at,
    message.region
