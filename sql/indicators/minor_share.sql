-- Conversations with a known age band, and how many are of people under eighteen.
-- Grain: one row a conversation.
-- Missing: a conversation without an age band has denominator 0: not known is not grown up.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    cast(
        conversation.age_band in (
            'under-13', 'under_13', '<13', '0-12', '13-15', '13-17', '16-17', '0-17',
            'under-18', 'under_18', '<18', 'minor'
        ) as integer
    ) as numerator,
    cast(conversation.age_band <> 'unknown' as integer) as denominator
from fact.conversation
