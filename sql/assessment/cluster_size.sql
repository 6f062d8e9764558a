-- How many units one person has in a day, week and month: the size of the cluster that a unit lies in.
-- Grain: one row a deployment and kind of period.
-- Missing: a user the log does not name is a person of each conversation alone.

with person_day as (
    select
        conversation.deployment_id,
        conversation.day,
        case
            when conversation.user_id = 'unknown' then conversation.conversation_id
            else conversation.user_id
        end as person_id,
        count(*) as conversation_count,
        sum(conversation.assistant_message_count) as message_count
    from staging.conversation
    group by
        conversation.deployment_id,
        conversation.day,
        person_id
),

placed as (
    select
        person_day.*,
        'day' as period,
        person_day.day as period_start
    from person_day

    union all

    select
        person_day.*,
        'week' as period,
        cast(date_trunc('week', person_day.day) as date) as period_start
    from person_day

    union all

    select
        person_day.*,
        'month' as period,
        cast(date_trunc('month', person_day.day) as date) as period_start
    from person_day
),

person_period as (
    select
        placed.deployment_id,
        placed.period,
        placed.period_start,
        placed.person_id,
        cast(sum(placed.conversation_count) as double) as conversation_count,
        cast(sum(placed.message_count) as double) as message_count
    from placed
    group by
        placed.deployment_id,
        placed.period,
        placed.period_start,
        placed.person_id
)

select
    person_period.deployment_id,
    person_period.period,
    -- The sum of squares over the sum is the mean over units, not over persons.
    sum(person_period.conversation_count * person_period.conversation_count)
    / sum(person_period.conversation_count) as conversation_size,
    coalesce(
        sum(person_period.message_count * person_period.message_count)
        / nullif(sum(person_period.message_count), 0),
        1
    ) as message_size
from person_period
group by
    person_period.deployment_id,
    person_period.period
