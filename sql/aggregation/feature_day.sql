-- Counts of what drift is measured on, so that no later stage needs the text.
-- Grain: one row a day, feature and category.
-- Missing: a category that did not occur has no row; it counts as 0 when days are compared.

with answer as (
    select
        message.deployment_id,
        message.day,
        length(message.text) as character_count
    from staging.message
    where message.role = 'assistant'
)

select
    answer.deployment_id,
    answer.day,
    'message_length' as feature,
    -- Bins grow by a factor of the square root of 2, like what a reader notices.
    cast(floor(2 * log2(greatest(answer.character_count, 1))) as text) as category,
    count(*) as message_count
from answer
group by
    answer.deployment_id,
    answer.day,
    category

union all

select
    message.deployment_id,
    message.day,
    'language' as feature,
    message.language as category,
    count(*) as message_count
from staging.message
where message.role = 'user'
group by
    message.deployment_id,
    message.day,
    message.language

union all

select
    finding.deployment_id,
    finding.day,
    'signal_mix' as feature,
    finding.signal_id as category,
    count(distinct finding.message_id) as message_count
from finding.finding
where finding.is_alert and finding.is_deciding
group by
    finding.deployment_id,
    finding.day,
    finding.signal_id

union all

-- Messages without any signal are part of the mix: otherwise a doubling of all signals would not show.
select
    message.deployment_id,
    message.day,
    'signal_mix' as feature,
    'none' as category,
    count(*) as message_count
from staging.message
left join finding.finding
    on
        message.deployment_id = finding.deployment_id
        and message.message_id = finding.message_id
        and finding.is_alert
        and finding.is_deciding
where finding.message_id is null
group by
    message.deployment_id,
    message.day
