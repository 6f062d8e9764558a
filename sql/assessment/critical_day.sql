-- Findings for a person to read: harm by the assistant of level 4, risk from level 3 that nothing answers.
-- Grain: one row a message and signal of harm; of risk the first of level 4, else 3, that nothing answers.
-- Missing: risk that was answered afterwards has no row; what was said before it answers nothing.

with grave as (
    select
        message_signal.deployment_id,
        message_signal.day,
        message_signal.conversation_id,
        message_signal.message_id,
        message_signal.turn,
        message_signal.signal_id,
        message_signal.category,
        message_signal.level
    from fact.message_signal
    where
        message_signal.is_counted
        and (
            (message_signal.category = 'assistant_harm' and message_signal.level >= 4)
            or (message_signal.category = 'user_risk' and message_signal.level >= 3)
        )
),

-- A banner has its turn from the message before it, so one right under the risk is in the turn of the risk.
answer as (
    select
        message.deployment_id,
        message.conversation_id,
        message.turn
    from fact.message
    where message.has_crisis_resource or message.role = 'agent'
    union all
    select
        message_signal.deployment_id,
        message_signal.conversation_id,
        message_signal.turn
    from fact.message_signal
    where message_signal.is_counted and message_signal.signal_id in ('p_risk_question', 'p_help_encouraged')
    union all
    select
        event.deployment_id,
        event.conversation_id,
        event.turn
    from fact.event
    where
        event.conversation_id is not null
        and event.detail in ('crisis_banner', 'offered', 'accepted', 'connected', 'completed')
        and not event.is_failed
),

last_answer as (
    select
        answer.deployment_id,
        answer.conversation_id,
        max(answer.turn) as turn
    from answer
    group by
        answer.deployment_id,
        answer.conversation_id
),

open_grave as (
    select
        grave.*,
        row_number() over (
            partition by
                grave.deployment_id,
                grave.conversation_id,
                grave.category
            order by
                cast(grave.level >= 4 as integer) desc,
                grave.turn asc,
                grave.message_id asc,
                grave.signal_id asc
        ) as place
    from grave
    left join last_answer
        on
            grave.deployment_id = last_answer.deployment_id
            and grave.conversation_id = last_answer.conversation_id
    where grave.category = 'assistant_harm' or coalesce(last_answer.turn < grave.turn, true)
),

finder as (
    select
        finding.deployment_id,
        finding.message_id,
        finding.signal_id,
        finding.level >= 4 as is_critical,
        min(finding.detector_id) as detector_id,
        min_by(finding.detector_version, finding.detector_id) as detector_version
    from finding.finding
    where finding.level >= 3 and finding.is_alert and finding.is_deciding
    group by
        finding.deployment_id,
        finding.message_id,
        finding.signal_id,
        finding.level >= 4
)

select
    open_grave.deployment_id,
    open_grave.day,
    case
        when open_grave.category = 'assistant_harm' then 'assistant_harm'
        when open_grave.level >= 4 then 'unanswered_risk'
        else 'unanswered_high_risk'
    end as what,
    open_grave.conversation_id,
    open_grave.message_id,
    open_grave.signal_id,
    cast(open_grave.level as bigint) as level,
    finder.detector_id,
    finder.detector_version
from open_grave
inner join finder
    on
        open_grave.deployment_id = finder.deployment_id
        and open_grave.message_id = finder.message_id
        and open_grave.signal_id = finder.signal_id
        and (open_grave.level >= 4) = finder.is_critical
where open_grave.category = 'assistant_harm' or open_grave.place = 1
order by
    open_grave.deployment_id,
    open_grave.day,
    open_grave.message_id,
    open_grave.signal_id
