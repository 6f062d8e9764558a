-- Conversations with a reply, and in how many the user had been told by then that it is a machine.
-- Grain: one row a conversation with an assistant message.
-- Missing: unread: denominator 0, counted as unscored. Also with a notice: of the unread only those whose
-- answer is yes would be known, and the share would be too good.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    cast(
        coalesce(conversation.first_disclosure_turn <= conversation.first_reply_turn, false)
        and conversation.has_scored_message as integer
    ) as numerator,
    cast(conversation.has_scored_message as integer) as denominator
from fact.conversation
where conversation.first_reply_turn is not null
