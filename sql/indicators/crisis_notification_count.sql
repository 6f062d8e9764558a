-- Crisis notifications issued: banners that the operator showed, and replies that name a crisis resource.
-- Grain: one row a conversation.
-- Missing: a banner that waits for its conversation is not counted until that has come.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    conversation.crisis_banner_count + conversation.crisis_resource_message_count as numerator,
    cast(conversation.has_scored_message or conversation.crisis_banner_count > 0 as integer) as denominator
from fact.conversation
