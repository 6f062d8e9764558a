-- Conversations with what was found and done in them.
-- Grain: one row a conversation (an episode).
-- Missing: a level is 0 when nothing that counts was found, a turn is null when it did not happen; whether
-- every message was looked at is in unscored_message_count. Risk stays: a later "I am fine" lowers no level.

with message_total as (
    select
        message.deployment_id,
        message.conversation_id,
        count(*) filter (where message.is_scored) as scored_message_count,
        count(*) filter (where not message.is_scored and message.role <> 'agent') as unscored_message_count,
        max(message.user_risk_level) as user_risk_level,
        max(message.mentioned_risk_level) as mentioned_risk_level,
        max(message.suicidal_level) as suicidal_level,
        max(message.harm_level) as harm_level,
        count(*) filter (where message.user_risk_level >= 1) as risk_message_count,
        count(*) filter (where message.harm_level >= 1) as harm_message_count,
        count(*) filter (where message.harm_level >= 4) as critical_harm_message_count,
        count(*) filter (where message.has_crisis_resource) as crisis_resource_message_count,
        count(*) filter (where message.has_sieve_finding) as sieve_message_count,
        -- However faint: what a detector kept for a closer look, and risk of anybody.
        min(message.turn) filter (
            where message.role = 'user' and (message.mentioned_risk_level >= 1 or message.has_sieve_finding)
        ) as first_sign_turn,
        min(message.turn) filter (where message.user_risk_level >= 2) as first_risk_turn,
        min(message.turn) filter (where message.user_risk_level >= 3) as first_high_risk_turn,
        min(message.turn) filter (where message.role = 'assistant') as first_reply_turn,
        min(message.sent_at) filter (where message.user_risk_level >= 2) as first_risk_at
    from fact.message
    group by
        message.deployment_id,
        message.conversation_id
),

signal_total as (
    select
        message_signal.deployment_id,
        message_signal.conversation_id,
        count(*) filter (where message_signal.signal_id = 'p_risk_question') as risk_question_count,
        count(*) filter (where message_signal.signal_id = 'p_help_encouraged') as help_encouraged_count,
        count(*) filter (where message_signal.signal_id = 'a_abandonment') as abandonment_count,
        count(*) filter (where message_signal.signal_id = 'a_validates_delusion') as validated_delusion_count,
        count(*) filter (where message_signal.signal_id = 'u_psychosis_mania') as psychosis_mania_count,
        count(*) filter (where message_signal.signal_id = 'u_ai_reliance') as ai_reliance_count,
        count(*) filter (where message_signal.signal_id = 'u_requests_human') as human_request_count,
        count(*) filter (
            where message_signal.signal_id = 'u_medication_or_diagnosis_request'
        ) as clinical_request_count,
        count(*) filter (where message_signal.signal_id = 'a_out_of_scope_clinical') as out_of_scope_count,
        count(*) filter (
            where message_signal.signal_id in ('p_grounding_coping', 'p_means_safety')
        ) as grounding_count,
        max(message_signal.turn) filter (
            where
            message_signal.signal_id in ('p_risk_question', 'p_crisis_resource', 'p_help_encouraged')
        ) as last_support_turn,
        max(message_signal.level) filter (where message_signal.signal_id = 'u_self_harm') as self_harm_level,
        max(message_signal.level) filter (
            where message_signal.signal_id = 'u_harm_to_others'
        ) as harm_to_others_level,
        max(message_signal.level) filter (
            where message_signal.signal_id = 'u_victim_of_harm'
        ) as victim_of_harm_level,
        max(message_signal.level) filter (
            where message_signal.signal_id = 'u_psychosis_mania'
        ) as psychosis_mania_level,
        max(message_signal.level) filter (
            where message_signal.signal_id = 'u_disordered_eating'
        ) as disordered_eating_level,
        max(message_signal.level) filter (
            where message_signal.signal_id = 'u_substance_crisis'
        ) as substance_crisis_level,
        max(message_signal.level) filter (
            where message_signal.signal_id = 'u_acute_distress'
        ) as acute_distress_level,
        max(message_signal.turn) filter (where message_signal.signal_id = 'a_refusal') as last_refusal_turn,
        min(message_signal.turn) filter (
            where message_signal.signal_id = 'p_ai_disclosure'
        ) as first_disclosure_turn
    from fact.message_signal
    where message_signal.is_counted
    group by
        message_signal.deployment_id,
        message_signal.conversation_id
),

-- Signals that are not looked for in every language, where an indicator on conversations depends on them:
-- without them nobody knows that help had no reason, or that a part of a good answer is missing.
sight_of_conversation as (
    select distinct
        message.deployment_id,
        message.conversation_id,
        message.sight
    from fact.message
),

sight_total as (
    select
        sight_of_conversation.deployment_id,
        sight_of_conversation.conversation_id,
        count(distinct sight.signal_id) filter (
            where sight.signal_id in ('u_requests_human', 'u_harm_to_others', 'u_substance_crisis')
        ) as reason_count,
        count(distinct sight.signal_id) filter (
            where sight.signal_id in ('p_grounding_coping', 'p_means_safety')
        ) as grounding_count
    from sight_of_conversation
    inner join finding.sight
        on sight_of_conversation.sight = sight.sight
    group by
        sight_of_conversation.deployment_id,
        sight_of_conversation.conversation_id
),

-- Any later stage of a handoff shows that it was offered, even if the offer's own record is lost; a failed
-- one alone brought nobody.
event_total as (
    select
        event.deployment_id,
        event.conversation_id,
        count(*) filter (where event.detail = 'crisis_banner') as crisis_banner_count,
        count(*) filter (
            where event.detail in ('offered', 'accepted', 'connected', 'completed')
        ) as handoff_event_count,
        count(*) filter (where event.detail = 'completed') as handoff_completed_count,
        min(event.turn) filter (where event.detail = 'ai_disclosure') as first_disclosure_turn
    from fact.event
    where event.conversation_id is not null
    group by
        event.deployment_id,
        event.conversation_id
),

-- What was done to bring help in. An offer counts though it failed: that is a fault of the help, which the
-- indicators of handoff show, and not of whoever answered. Who is called for a grave risk asks for more.
escalation as (
    select
        message.deployment_id,
        message.conversation_id,
        message.turn,
        message.sent_at as occurred_at
    from fact.message
    where message.has_crisis_resource or message.role = 'agent'
    union all
    select
        event.deployment_id,
        event.conversation_id,
        event.turn,
        event.occurred_at
    from fact.event
    where
        event.conversation_id is not null
        and event.detail in ('crisis_banner', 'offered', 'accepted', 'connected', 'completed')
),

escalation_total as (
    select
        escalation.deployment_id,
        escalation.conversation_id,
        min(escalation.turn) as first_escalation_turn,
        count(*) filter (where escalation.turn >= message_total.first_sign_turn) as after_sign_count,
        min(escalation.turn) filter (
            where escalation.turn >= message_total.first_risk_turn
        ) as first_escalation_after_risk_turn,
        min(escalation.occurred_at) filter (
            where escalation.turn >= message_total.first_risk_turn
        ) as first_escalation_after_risk_at
    from escalation
    inner join message_total
        on
            escalation.deployment_id = message_total.deployment_id
            and escalation.conversation_id = message_total.conversation_id
    group by
        escalation.deployment_id,
        escalation.conversation_id
),

-- What earlier episodes of a thread showed: those of this run, and those that were computed before. The
-- look-back is 28 days, so that a day costs the same however long the history is.
earlier_risk as (
    select
        thread_risk.deployment_id,
        thread_risk.thread_id,
        thread_risk.conversation_id,
        thread_risk.started_at,
        thread_risk.user_risk_level
    from fact.thread_risk
    union all
    select
        thread_risk.deployment_id,
        thread_risk.thread_id,
        thread_risk.conversation_id,
        thread_risk.started_at,
        thread_risk.user_risk_level
    from history.thread_risk
),

prior_risk as (
    select
        conversation.deployment_id,
        conversation.conversation_id,
        max(earlier_risk.user_risk_level) as prior_risk_level
    from staging.conversation
    inner join earlier_risk
        on
            conversation.deployment_id = earlier_risk.deployment_id
            and conversation.thread_id = earlier_risk.thread_id
            and conversation.conversation_id <> earlier_risk.conversation_id
            and date_diff(
                'second',
                date_trunc('second', earlier_risk.started_at),
                date_trunc('second', conversation.started_at)
            ) between 0 and 28 * 86400
    group by
        conversation.deployment_id,
        conversation.conversation_id
)

select
    conversation.deployment_id,
    conversation.day,
    conversation.conversation_id,
    conversation.thread_id,
    conversation.user_id,
    conversation.started_at,
    conversation.ended_at,
    conversation.model,
    conversation.prompt_version,
    conversation.language,
    conversation.region,
    conversation.age_band,
    coalesce(age_band.age_group, 'unknown') as age_group,
    conversation.gender,
    conversation.use,
    conversation.surface,
    conversation.received_on,
    date_diff(
        'second',
        date_trunc('second', conversation.started_at),
        date_trunc('second', conversation.ended_at)
    ) as duration_seconds,
    conversation.message_count,
    conversation.user_message_count,
    conversation.assistant_message_count,
    conversation.agent_message_count,
    coalesce(message_total.scored_message_count, 0) as scored_message_count,
    coalesce(message_total.unscored_message_count, 0) as unscored_message_count,
    coalesce(message_total.user_risk_level, 0) as user_risk_level,
    coalesce(message_total.mentioned_risk_level, 0) as mentioned_risk_level,
    coalesce(message_total.suicidal_level, 0) as suicidal_level,
    coalesce(message_total.harm_level, 0) as harm_level,
    coalesce(signal_total.self_harm_level, 0) as self_harm_level,
    coalesce(signal_total.harm_to_others_level, 0) as harm_to_others_level,
    coalesce(signal_total.victim_of_harm_level, 0) as victim_of_harm_level,
    coalesce(signal_total.psychosis_mania_level, 0) as psychosis_mania_level,
    coalesce(signal_total.disordered_eating_level, 0) as disordered_eating_level,
    coalesce(signal_total.substance_crisis_level, 0) as substance_crisis_level,
    coalesce(signal_total.acute_distress_level, 0) as acute_distress_level,
    coalesce(prior_risk.prior_risk_level, 0) as prior_risk_level,
    coalesce(message_total.risk_message_count, 0) as risk_message_count,
    coalesce(message_total.harm_message_count, 0) as harm_message_count,
    coalesce(message_total.critical_harm_message_count, 0) as critical_harm_message_count,
    coalesce(message_total.crisis_resource_message_count, 0) as crisis_resource_message_count,
    coalesce(message_total.sieve_message_count, 0) as sieve_message_count,
    coalesce(event_total.crisis_banner_count, 0) as crisis_banner_count,
    message_total.first_risk_turn,
    message_total.first_high_risk_turn,
    message_total.first_reply_turn,
    -- A null on one side must not hide the other: least() of two engines treats nulls differently.
    case
        when signal_total.first_disclosure_turn < event_total.first_disclosure_turn
            then signal_total.first_disclosure_turn
        else coalesce(event_total.first_disclosure_turn, signal_total.first_disclosure_turn)
    end as first_disclosure_turn,
    escalation_total.first_escalation_turn,
    escalation_total.first_escalation_after_risk_turn,
    message_total.first_risk_at,
    escalation_total.first_escalation_after_risk_at,
    coalesce(message_total.scored_message_count, 0) > 0 as has_scored_message,
    -- All of the signals that are named above.
    coalesce(sight_total.reason_count, 0) = 3 as is_reason_looked_for,
    coalesce(sight_total.grounding_count, 0) = 2 as is_grounding_looked_for,
    coalesce(signal_total.risk_question_count, 0) > 0 as has_risk_question,
    coalesce(message_total.crisis_resource_message_count, 0) > 0 as has_crisis_resource,
    coalesce(signal_total.help_encouraged_count, 0) > 0 as has_help_encouraged,
    coalesce(
        signal_total.first_disclosure_turn, event_total.first_disclosure_turn
    ) is not null as has_ai_disclosure,
    coalesce(signal_total.last_refusal_turn > message_total.first_risk_turn, false) as has_refusal_after_risk,
    coalesce(signal_total.abandonment_count, 0) > 0 as has_abandonment,
    coalesce(signal_total.validated_delusion_count, 0) > 0 as has_validated_delusion,
    coalesce(signal_total.psychosis_mania_count, 0) > 0 as has_psychosis_mania,
    coalesce(signal_total.ai_reliance_count, 0) > 0 as has_ai_reliance,
    coalesce(signal_total.human_request_count, 0) > 0 as has_human_request,
    coalesce(signal_total.clinical_request_count, 0) > 0 as has_clinical_request,
    coalesce(signal_total.out_of_scope_count, 0) > 0 as has_out_of_scope_clinical,
    coalesce(signal_total.grounding_count, 0) > 0 as has_grounding,
    coalesce(signal_total.last_support_turn > message_total.first_risk_turn, false)
    or escalation_total.first_escalation_after_risk_turn is not null as has_support_after_risk,
    coalesce(event_total.handoff_event_count, 0) > 0 as is_handoff_offered,
    coalesce(event_total.handoff_completed_count, 0) > 0 as is_handoff_completed,
    coalesce(event_total.crisis_banner_count, 0) > 0 as is_crisis_banner,
    conversation.agent_message_count > 0 as is_agent_joined,
    escalation_total.first_escalation_turn is not null as is_escalated,
    -- A greeting that names a crisis line answers nobody.
    case
        when message_total.first_sign_turn is not null then coalesce(escalation_total.after_sign_count, 0) > 0
    end as is_escalated_at_risk
from staging.conversation
left join message_total
    on
        conversation.deployment_id = message_total.deployment_id
        and conversation.conversation_id = message_total.conversation_id
left join signal_total
    on
        conversation.deployment_id = signal_total.deployment_id
        and conversation.conversation_id = signal_total.conversation_id
left join sight_total
    on
        conversation.deployment_id = sight_total.deployment_id
        and conversation.conversation_id = sight_total.conversation_id
left join event_total
    on
        conversation.deployment_id = event_total.deployment_id
        and conversation.conversation_id = event_total.conversation_id
left join escalation_total
    on
        conversation.deployment_id = escalation_total.deployment_id
        and conversation.conversation_id = escalation_total.conversation_id
left join prior_risk
    on
        conversation.deployment_id = prior_risk.deployment_id
        and conversation.conversation_id = prior_risk.conversation_id
left join unit.age_band
    on conversation.age_band = age_band.age_band
