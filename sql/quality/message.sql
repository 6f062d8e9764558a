-- Messages of a day, and how many of them fail each rule of the gate; a rule's column has its name.
-- Grain: one row a deployment and day.
-- Missing: a day without messages has no row.

with repeated as (
    select
        message.deployment_id,
        message.message_id
    from staging.message
    group by
        message.deployment_id,
        message.message_id
    having count(*) > 1
)

select
    message.deployment_id,
    message.day,
    count(*) as row_count,
    count(repeated.message_id) as message_id_is_unique,
    count(*) filter (where coalesce(length(message.text), 0) = 0) as text_is_present,
    count(*) filter (
        where coalesce(message.role, '') not in ('user', 'assistant', 'agent')
    ) as role_is_known,
    -- The sign is looked for first: a pattern over every text would cost more than all other rules.
    count(*) filter (
        where contains(message.text, '@') and regexp_matches(message.text, $address_pattern)
    ) as no_address_is_left,
    count(*) filter (where length(message.text) > $longest_text) as text_has_plausible_length,
    count(*) filter (where message.user_id = 'unknown') as user_is_known,
    count(*) filter (where message.language in ('unknown', 'unrecognised')) as language_is_known,
    count(*) filter (where message.model in ('unknown', 'unrecognised')) as model_is_known,
    count(*) filter (where message.region in ('unknown', 'unrecognised')) as region_is_known
from staging.message
left join repeated
    on
        message.deployment_id = repeated.deployment_id
        and message.message_id = repeated.message_id
group by
    message.deployment_id,
    message.day
