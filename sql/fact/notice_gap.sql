-- The longest time after a notice at which the assistant still answered without another.
-- Grain: one row a conversation of more than an hour.
-- Missing: a conversation of an hour or less, or in which nobody is answered, has no row; the time before the
-- first notice counts, too.

with long_conversation as (
    select
        conversation.deployment_id,
        conversation.day,
        conversation.conversation_id,
        conversation.started_at
    from staging.conversation
    where date_diff(
        'second',
        date_trunc('second', conversation.started_at),
        date_trunc('second', conversation.ended_at)
    ) > 3600
),

-- What tells a person that they talk to a machine: a notice of the product, or the assistant's own word.
notice as (
    select
        event.deployment_id,
        event.conversation_id,
        event.occurred_at
    from fact.event
    where event.detail in ('ai_disclosure', 'break_reminder') and event.conversation_id is not null
    union all
    select
        message_signal.deployment_id,
        message_signal.conversation_id,
        message_signal.sent_at as occurred_at
    from fact.message_signal
    where message_signal.signal_id = 'p_ai_disclosure' and message_signal.is_counted
),

last_notice as (
    select
        message.deployment_id,
        message.conversation_id,
        message.message_id,
        message.sent_at,
        max(notice.occurred_at) as noticed_at
    from fact.message
    inner join long_conversation
        on
            message.deployment_id = long_conversation.deployment_id
            and message.conversation_id = long_conversation.conversation_id
    left join notice
        on
            message.deployment_id = notice.deployment_id
            and message.conversation_id = notice.conversation_id
            and message.sent_at >= notice.occurred_at
    -- A person who comes back after hours is reminded in time if it is done before they are answered.
    where message.role = 'assistant'
    group by
        message.deployment_id,
        message.conversation_id,
        message.message_id,
        message.sent_at
)

select
    long_conversation.deployment_id,
    long_conversation.day,
    long_conversation.conversation_id,
    max(
        date_diff(
            'second',
            date_trunc(
                'second',
                -- A notice before the first message is the beginning of the talk.
                case
                    when last_notice.noticed_at > long_conversation.started_at then last_notice.noticed_at
                    else long_conversation.started_at
                end
            ),
            date_trunc('second', last_notice.sent_at)
        )
    ) as longest_seconds
from long_conversation
inner join last_notice
    on
        long_conversation.deployment_id = last_notice.deployment_id
        and long_conversation.conversation_id = last_notice.conversation_id
group by
    long_conversation.deployment_id,
    long_conversation.day,
    long_conversation.conversation_id
