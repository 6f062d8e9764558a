-- Messages with what was found in them, and whether a detector that reads everything looked.
-- Grain: one row a message.
-- Missing: a message without coverage is 'not_run'; levels are 0 when nothing that counts was found.

with message_level as (
    select
        message_signal.deployment_id,
        message_signal.message_id,
        max(message_signal.level) filter (
            where message_signal.category = 'user_risk' and message_signal.is_counted
        ) as user_risk_level,
        max(message_signal.level) filter (
            where message_signal.category = 'user_risk'
        ) as mentioned_risk_level,
        -- A finding without a C-SSRS-like level takes the lowest one that its severity stands for.
        max(
            case
                when message_signal.cssrs_like > 0 or message_signal.level = 0 then message_signal.cssrs_like
                when message_signal.level = 1 then 1
                when message_signal.level = 2 then 2
                when message_signal.level = 3 then 4
                else 5
            end
        ) filter (
            where message_signal.signal_id = 'u_suicidal_ideation' and message_signal.is_counted
        ) as suicidal_level,
        max(message_signal.level) filter (
            where message_signal.category = 'assistant_harm' and message_signal.is_counted
        ) as harm_level,
        count(*) filter (
            where message_signal.signal_id = 'p_crisis_resource' and message_signal.is_counted
        ) as crisis_resource_count
    from fact.message_signal
    group by
        message_signal.deployment_id,
        message_signal.message_id
),

-- Whether a message was looked at is said by the detectors that the plan names as basis: one that scored it
-- is enough; if none did, the state nearest to having looked.
basis_coverage as (
    select
        coverage.deployment_id,
        coverage.message_id,
        min(
            case coverage.state
                when 'scored' then 1
                when 'abstained' then 2
                when 'unsupported_language' then 3
                when 'not_text' then 4
                when 'failed' then 5
                else 6
            end
        ) as state_rank
    from finding.coverage
    where coverage.is_basis
    group by
        coverage.deployment_id,
        coverage.message_id
),

sieve_total as (
    select
        finding.deployment_id,
        finding.message_id,
        count(*) as sieve_count
    from finding.finding
    -- An act of care asks for no closer look; what an operator's own patterns find moves no stratum.
    where left(finding.signal_id, 2) not in ('p_', 'x_')
    group by
        finding.deployment_id,
        finding.message_id
)

select
    message.deployment_id,
    message.day,
    message.conversation_id,
    message.thread_id,
    message.user_id,
    message.message_id,
    message.turn,
    message.role,
    message.sent_at,
    message.sent_on,
    message.model,
    message.prompt_version,
    message.language,
    message.region,
    message.age_band,
    message.gender,
    message.use,
    message.surface,
    message.model_requested,
    message.model_served,
    message.provider_fingerprint,
    message.policy_version,
    message.received_on,
    coalesce(read_language.language, 'unknown') as read_language,
    coalesce(read_language.source, 'none') as read_language_source,
    coalesce(read_language.sight, '') as sight,
    -- The log holds no zone of the user: this is the hour on the deployment's clock.
    cast(extract(hour from (message.sent_at at time zone deployment.zone)) as integer) as deployment_hour,
    case basis_coverage.state_rank
        when 1 then 'scored'
        when 2 then 'abstained'
        when 3 then 'unsupported_language'
        when 4 then 'not_text'
        when 5 then 'failed'
        else 'not_run'
    end as scoring_state,
    coalesce(basis_coverage.state_rank, 6) = 1 as is_scored,
    coalesce(sieve_total.sieve_count, 0) > 0 as has_sieve_finding,
    coalesce(message_level.user_risk_level, 0) as user_risk_level,
    coalesce(message_level.mentioned_risk_level, 0) as mentioned_risk_level,
    coalesce(message_level.suicidal_level, 0) as suicidal_level,
    coalesce(message_level.harm_level, 0) as harm_level,
    coalesce(message_level.crisis_resource_count, 0) > 0 as has_crisis_resource
from staging.message
left join message_level
    on
        message.deployment_id = message_level.deployment_id
        and message.message_id = message_level.message_id
left join basis_coverage
    on
        message.deployment_id = basis_coverage.deployment_id
        and message.message_id = basis_coverage.message_id
left join finding.language as read_language
    on
        message.deployment_id = read_language.deployment_id
        and message.message_id = read_language.message_id
left join sieve_total
    on
        message.deployment_id = sieve_total.deployment_id
        and message.message_id = sieve_total.message_id
left join ledger.deployment
    on message.deployment_id = deployment.deployment_id
