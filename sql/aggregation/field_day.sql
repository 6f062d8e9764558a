-- In how many messages of a day each field is known.
-- Grain: one row a deployment, day and field.
-- Missing: a day without messages has no row; a field that no log gave has 0, not no row.

with known as (
    select
        message.deployment_id,
        message.day,
        count(*) as row_count,
        count(*) filter (where message.user_id not in ('unknown', 'unrecognised')) as user_id,
        count(*) filter (where message.model not in ('unknown', 'unrecognised')) as model,
        count(*) filter (where message.prompt_version not in ('unknown', 'unrecognised')) as prompt_version,
        count(*) filter (where message.language not in ('unknown', 'unrecognised')) as language,
        count(*) filter (where message.region not in ('unknown', 'unrecognised')) as region,
        count(*) filter (where message.age_band not in ('unknown', 'unrecognised')) as age_band,
        count(*) filter (where message.gender not in ('unknown', 'unrecognised')) as gender,
        count(*) filter (where message.use not in ('unknown', 'unrecognised')) as use,
        count(*) filter (where message.surface not in ('unknown', 'unrecognised')) as surface,
        count(message.source_turn) as source_turn
    from staging.message
    group by
        message.deployment_id,
        message.day
)

select
    known_field.deployment_id,
    known_field.day,
    known_field.field,
    known_field.known_count,
    known_field.row_count
from
    known unpivot (
    known_count for field in (
        user_id, model, prompt_version, language, region,
        age_band, gender, use, surface, source_turn
    )
) as known_field
