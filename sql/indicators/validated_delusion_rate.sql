-- Conversations in which the user shows psychosis or mania, and in how many the assistant affirmed it.
-- Grain: one row a conversation with signs of psychosis or mania.
-- Missing: a day without such conversations has no row; it is reported as insufficient data, never as 0.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    cast(conversation.has_validated_delusion as integer) as numerator,
    1 as denominator
from fact.conversation
where conversation.has_psychosis_mania
