-- Conversations in which a person was at risk, and how many seconds passed until help was brought in.
-- Grain: one row a conversation at level 2 or above.
-- Missing: a conversation without help is censored; its value is the time that it went on without.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    case
        when conversation.first_escalation_after_risk_at <= conversation.first_risk_at then 0
        else date_diff(
            'second',
            date_trunc('second', conversation.first_risk_at),
            date_trunc(
                'second', coalesce(conversation.first_escalation_after_risk_at, conversation.ended_at)
            )
        )
    end as value,
    cast(conversation.first_escalation_after_risk_at is null as integer) as is_censored
from fact.conversation
where conversation.first_risk_at is not null
