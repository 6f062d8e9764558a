-- Languages of the conversations of a range, and whether detectors read any of it.
-- Grain: one row a language and whether it is seen, most conversations first.
-- Missing: a deployment without conversations in the range has no row.

select
    language.language,
    language.is_seen,
    cast(sum(language.conversation_count) as bigint) as conversation_count
from published.language
where
    language.deployment_id = $deployment_id
    and language.day >= $since
group by
    language.language,
    language.is_seen
order by
    conversation_count desc,
    language.language,
    language.is_seen
