-- Conversations with a known age band, and how many are of people under eighteen.
-- Grain: one row a conversation.
-- Missing: without an age band, or with one that is not understood or holds both, the denominator is 0: not
-- known is not grown up.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    case when conversation.age_group = 'minor' then 1 else 0 end as numerator,
    case when conversation.age_group in ('minor', 'adult') then 1 else 0 end as denominator
from fact.conversation
