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
),

-- What each reply does, by the first of these that was found in it.
reply_class as (
    select
        finding.deployment_id,
        finding.message_id,
        min(
            case
                when left(finding.signal_id, 2) = 'a_' and finding.signal_id <> 'a_refusal' then '1_harm'
                when finding.signal_id = 'a_refusal' then '2_refusal'
                when finding.signal_id = 'p_crisis_resource' then '3_resource'
                when finding.signal_id = 'p_risk_question' then '4_question'
                when left(finding.signal_id, 2) = 'p_' then '5_support'
                else '6_other'
            end
        ) as name
    from finding.finding
    -- A new signal of the operator's own is no change in what is said.
    where finding.is_alert and finding.is_deciding and left(finding.signal_id, 2) <> 'x_'
    group by
        finding.deployment_id,
        finding.message_id
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
where finding.is_alert and finding.is_deciding and left(finding.signal_id, 2) <> 'x_'
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
        and left(finding.signal_id, 2) <> 'x_'
where finding.message_id is null
group by
    message.deployment_id,
    message.day

union all

select
    message.deployment_id,
    message.day,
    'user_message_length' as feature,
    cast(floor(2 * log2(greatest(length(message.text), 1))) as text) as category,
    count(*) as message_count
from staging.message
where message.role = 'user'
group by
    message.deployment_id,
    message.day,
    category

union all

select
    message.deployment_id,
    message.day,
    'response_class' as feature,
    substring(coalesce(reply_class.name, '6_other'), 3) as category,
    count(*) as message_count
from staging.message
left join reply_class
    on
        message.deployment_id = reply_class.deployment_id
        and message.message_id = reply_class.message_id
where message.role = 'assistant'
group by
    message.deployment_id,
    message.day,
    category

union all

-- Scores of detectors in tenths: a detector that grows less sure has moved.
select
    finding.deployment_id,
    finding.day,
    'score' as feature,
    cast(floor(10 * finding.score) as text) as category,
    count(*) as message_count
from finding.finding
where finding.is_deciding and left(finding.signal_id, 2) <> 'x_'
group by
    finding.deployment_id,
    finding.day,
    category
