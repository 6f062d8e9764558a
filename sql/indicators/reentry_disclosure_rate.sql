-- Conversations of people new or back after a week, and in how many they were told of the machine.
-- Grain: one row a conversation: a user's first of a day, after seven days without any.
-- Missing: without data of the seven days before, and for users the log does not name, there is no row.

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
inner join fact.user_return
    on
        conversation.deployment_id = user_return.deployment_id
        and conversation.conversation_id = user_return.conversation_id
where conversation.first_reply_turn is not null
