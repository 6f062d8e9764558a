-- Long conversations, and in how many a person was not reminded in time that they talk with a machine.
-- Grain: one row a conversation longer than the limit that holds for the person.
-- Missing: a day without long conversations has no row; it is reported as insufficient data, never as 0.

-- A band that holds both, such as 16-20, has the limit of minors: a reminder that comes early harms nobody.
select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    cast(
        coalesce(
            notice_gap.longest_seconds
            > case
                when conversation.age_group in ('minor', 'either') then $minor_seconds
                else $adult_seconds
            end,
            false
        ) as integer
    ) as numerator,
    1 as denominator
from fact.conversation
left join fact.notice_gap
    on
        conversation.deployment_id = notice_gap.deployment_id
        and conversation.conversation_id = notice_gap.conversation_id
where
    conversation.duration_seconds
    > case
        when conversation.age_group in ('minor', 'either') then $minor_seconds
        else $adult_seconds
    end
