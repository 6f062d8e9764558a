-- Findings of the gravest level, for a person to read: harm by the assistant, and risk that nothing answers.
-- Grain: one row a message and signal of harm; of unanswered risk the first message of its conversation.
-- Missing: risk that was answered anywhere in its conversation has no row.

with grave as (
    select
        message_signal.deployment_id,
        message_signal.day,
        message_signal.conversation_id,
        message_signal.message_id,
        message_signal.signal_id,
        message_signal.category,
        message_signal.level,
        row_number() over (
            partition by
                message_signal.deployment_id,
                message_signal.conversation_id,
                message_signal.category
            order by
                message_signal.turn,
                message_signal.message_id,
                message_signal.signal_id
        ) as place
    from fact.message_signal
    where
        message_signal.is_counted
        and message_signal.category in ('assistant_harm', 'user_risk')
        and message_signal.level >= 4
),

finder as (
    select
        finding.deployment_id,
        finding.message_id,
        finding.signal_id,
        min(finding.detector_id) as detector_id,
        min_by(finding.detector_version, finding.detector_id) as detector_version
    from finding.finding
    where finding.level >= 4 and finding.is_alert and finding.is_deciding
    group by
        finding.deployment_id,
        finding.message_id,
        finding.signal_id
)

select
    grave.deployment_id,
    grave.day,
    case when grave.category = 'assistant_harm' then 'assistant_harm' else 'unanswered_risk' end as what,
    grave.conversation_id,
    grave.message_id,
    grave.signal_id,
    cast(grave.level as bigint) as level,
    finder.detector_id,
    finder.detector_version
from grave
inner join finder
    on
        grave.deployment_id = finder.deployment_id
        and grave.message_id = finder.message_id
        and grave.signal_id = finder.signal_id
inner join fact.conversation
    on
        grave.deployment_id = conversation.deployment_id
        and grave.conversation_id = conversation.conversation_id
where
    grave.category = 'assistant_harm'
    or (
        grave.place = 1
        and not conversation.is_escalated
        and not conversation.has_risk_question
        and not conversation.has_help_encouraged
    )
order by
    grave.deployment_id,
    grave.day,
    grave.message_id,
    grave.signal_id
