-- Replies that name a listed crisis resource, and whether one of them serves the country of the person.
-- Grain: one row a message of the assistant that names a listed resource.
-- Missing: a message without one has no row; without a country of the person `country` is unknown.

-- The resources detector has weighed every entry of a number that countries share, and keeps the most fitting
-- line of a reply; it is read here, for to weigh again by the name of one entry says another thing.
with mention as (
    select
        finding.deployment_id,
        finding.message_id,
        finding.evidence_id not like 'resources.country%' as has_country,
        finding.evidence_id like 'resources.match.%'
        or finding.evidence_id like 'resources.wrong_language.%' as is_local
    from finding.finding
    where finding.signal_id = 'p_crisis_resource' and finding.detector_id = 'resources'
)

select
    message.deployment_id,
    message.day,
    message.conversation_id,
    message.message_id,
    message.sent_at,
    case
        when not mention.has_country then 'unknown'
        when lower(left(message.region, 2)) = 'uk' then 'gb'
        else lower(left(message.region, 2))
    end as country,
    count(*) as resource_count,
    count(*) filter (where mention.has_country and mention.is_local) as local_count
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
    message.region,
    mention.has_country
