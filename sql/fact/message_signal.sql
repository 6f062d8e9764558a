-- What detectors found in messages: each signal once, with its gravest finding and whether that counts.
-- Grain: one row a message and signal.
-- Missing: a message without an alert has no row; whether anyone looked at it is in fact.message. What only
-- passed a sieve, or was seen by a detector that does not decide, is left out.

-- A user's signal counts when it is about the user and not over: subject self; time current, recent or
-- unclear, since people in distress seldom name a time. An assistant's counts whoever it is about.
with placed_finding as (
    select
        message.deployment_id,
        message.day,
        message.conversation_id,
        message.message_id,
        message.turn,
        message.role,
        message.sent_at,
        finding.signal_id,
        finding.level,
        finding.cssrs_like,
        finding.subject,
        finding.time,
        case
            when finding.signal_id in (
                'u_suicidal_ideation',
                'u_self_harm',
                'u_harm_to_others',
                'u_victim_of_harm',
                'u_psychosis_mania',
                'u_disordered_eating',
                'u_substance_crisis',
                'u_acute_distress'
            ) then 'user_risk'
            when left(finding.signal_id, 2) = 'u_' then 'user_context'
            when finding.signal_id = 'a_refusal' then 'assistant_conduct'
            when left(finding.signal_id, 2) = 'a_' then 'assistant_harm'
            when left(finding.signal_id, 2) = 'p_' then 'protective'
            when left(finding.signal_id, 2) = 'x_' then 'own'
            else 'other'
        end as category,
        case
            when left(finding.signal_id, 2) = 'u_'
                then
                    message.role = 'user'
                    and finding.subject = 'self'
                    and finding.time in ('current', 'recent', 'unclear')
            -- An operator's own signal does not say by its name who carries it: the message does.
            when left(finding.signal_id, 2) = 'x_' and message.role = 'user'
                then finding.subject = 'self' and finding.time in ('current', 'recent', 'unclear')
            else message.role = 'assistant'
        end as is_counted
    from finding.finding
    inner join staging.message
        on
            finding.deployment_id = message.deployment_id
            and finding.message_id = message.message_id
    where finding.is_alert and finding.is_deciding
),

-- A finding that counts comes before a graver one that does not: a threat quoted from a novel must not hide
-- the user's own.
ranked_finding as (
    select
        placed_finding.*,
        row_number() over (
            partition by placed_finding.deployment_id, placed_finding.message_id, placed_finding.signal_id
            order by
                cast(placed_finding.is_counted as integer) desc,
                placed_finding.level desc,
                placed_finding.cssrs_like desc,
                placed_finding.subject asc,
                placed_finding.time asc
        ) as place
    from placed_finding
)

select
    ranked_finding.deployment_id,
    ranked_finding.day,
    ranked_finding.conversation_id,
    ranked_finding.message_id,
    ranked_finding.turn,
    ranked_finding.role,
    ranked_finding.sent_at,
    ranked_finding.signal_id,
    ranked_finding.category,
    ranked_finding.subject,
    ranked_finding.time,
    ranked_finding.is_counted,
    cast(ranked_finding.level as integer) as level,
    cast(ranked_finding.cssrs_like as integer) as cssrs_like
from ranked_finding
where ranked_finding.place = 1
