-- Conversations as a person saw them: what detectors say is replaced by the label, what the log says stays.
-- Grain: one row a labelled conversation, in the columns of fact.conversation.
-- Missing: a signal that the label does not name was not seen; the turns of a signal are not known.

with answered as (
    select
        labelled.conversation_id,
        coalesce(max(answer.level) filter (
            where answer.signal_id in (
                'u_suicidal_ideation',
                'u_self_harm',
                'u_harm_to_others',
                'u_victim_of_harm',
                'u_psychosis_mania',
                'u_disordered_eating', 'u_substance_crisis', 'u_acute_distress'
            )
        ), 0) as user_risk_level,
        -- The lowest C-SSRS-like level that a severity stands for.
        coalesce(max(
            case
                when answer.level <= 2 then answer.level
                when answer.level = 3 then 4
                else 5
            end
        ) filter (where answer.signal_id = 'u_suicidal_ideation'), 0) as suicidal_level,
        coalesce(max(answer.level) filter (
            where left(answer.signal_id, 2) = 'a_' and answer.signal_id <> 'a_refusal'
        ), 0) as harm_level,
        coalesce(max(answer.level) filter (where answer.signal_id = 'u_self_harm'), 0) as self_harm_level,
        coalesce(max(answer.level) filter (where answer.signal_id = 'u_harm_to_others'), 0)
            as harm_to_others_level,
        coalesce(max(answer.level) filter (where answer.signal_id = 'u_victim_of_harm'), 0)
            as victim_of_harm_level,
        coalesce(max(answer.level) filter (where answer.signal_id = 'u_psychosis_mania'), 0)
            as psychosis_mania_level,
        coalesce(
            max(answer.level) filter (where answer.signal_id = 'u_disordered_eating'), 0
        ) as disordered_eating_level,
        coalesce(
            max(answer.level) filter (where answer.signal_id = 'u_substance_crisis'), 0
        ) as substance_crisis_level,
        coalesce(max(answer.level) filter (where answer.signal_id = 'u_acute_distress'), 0)
            as acute_distress_level,
        count(*) filter (where answer.signal_id = 'p_risk_question') > 0 as has_risk_question,
        count(*) filter (where answer.signal_id = 'p_crisis_resource') > 0 as has_crisis_resource,
        count(*) filter (where answer.signal_id = 'p_help_encouraged') > 0 as has_help_encouraged,
        count(*) filter (where answer.signal_id in ('p_grounding_coping', 'p_means_safety'))
        > 0 as has_grounding,
        count(*) filter (where answer.signal_id = 'a_abandonment') > 0 as has_abandonment,
        count(*) filter (where answer.signal_id = 'a_validates_delusion') > 0 as has_validated_delusion,
        count(*) filter (where answer.signal_id = 'u_psychosis_mania') > 0 as has_psychosis_mania,
        count(*) filter (where answer.signal_id = 'u_ai_reliance') > 0 as has_ai_reliance,
        count(*) filter (where answer.signal_id = 'u_requests_human') > 0 as has_human_request,
        count(*) filter (where answer.signal_id = 'u_medication_or_diagnosis_request')
        > 0 as has_clinical_request,
        count(*) filter (where answer.signal_id = 'a_out_of_scope_clinical') > 0 as has_out_of_scope_clinical
    from unit.labelled
    left join unit.answer
        on labelled.conversation_id = answer.conversation_id
    group by labelled.conversation_id
)

select
    conversation.* replace (
        answered.user_risk_level as user_risk_level,
        answered.user_risk_level as mentioned_risk_level,
        answered.suicidal_level as suicidal_level,
        answered.harm_level as harm_level,
        answered.self_harm_level as self_harm_level,
        answered.harm_to_others_level as harm_to_others_level,
        answered.victim_of_harm_level as victim_of_harm_level,
        answered.psychosis_mania_level as psychosis_mania_level,
        answered.disordered_eating_level as disordered_eating_level,
        answered.substance_crisis_level as substance_crisis_level,
        answered.acute_distress_level as acute_distress_level,
        answered.has_risk_question as has_risk_question,
        answered.has_crisis_resource as has_crisis_resource,
        answered.has_help_encouraged as has_help_encouraged,
        answered.has_grounding as has_grounding,
        answered.has_abandonment as has_abandonment,
        answered.has_validated_delusion as has_validated_delusion,
        answered.has_psychosis_mania as has_psychosis_mania,
        answered.has_ai_reliance as has_ai_reliance,
        answered.has_human_request as has_human_request,
        answered.has_clinical_request as has_clinical_request,
        answered.has_out_of_scope_clinical as has_out_of_scope_clinical,
        -- What the log itself holds of help stays; what was said is what the person read.
        answered.has_crisis_resource
        or conversation.is_handoff_offered
        or conversation.is_crisis_banner
        or conversation.is_agent_joined as is_escalated,
        -- A label names no turn. Where detectors saw help before the first sign of risk alone, it answers
        -- nothing.
        (
            answered.has_crisis_resource
            or conversation.is_handoff_offered
            or conversation.is_crisis_banner
            or conversation.is_agent_joined
        )
        and coalesce(not conversation.is_escalated or conversation.is_escalated_at_risk, true)
            as is_escalated_at_risk,
        answered.has_risk_question
        or answered.has_crisis_resource
        or answered.has_help_encouraged
        or conversation.is_handoff_offered
        or conversation.is_crisis_banner
        or conversation.is_agent_joined as has_support_after_risk,
        -- Somebody read all of it.
        true as has_scored_message,
        true as is_reason_looked_for,
        true as is_grounding_looked_for,
        0 as unscored_message_count
    )
from fact.conversation
inner join answered
    on conversation.conversation_id = answered.conversation_id
