-- Where each user-week belongs: week, slices of the person, bucket, and whether something was unread.
-- Grain: one row a user and week.
-- Missing: a user-week has no model, prompt, use or surface; these slices are left out of its counts.

select
    user_week.user_week_id as unit_id,
    user_week.deployment_id,
    user_week.day,
    'unknown' as model,
    'unknown' as prompt_version,
    user_week.language,
    user_week.region,
    user_week.age_band,
    user_week.gender,
    'unknown' as use,
    'unknown' as surface,
    cast(user_week.unscored_conversation_count > 0 as integer) as unscored_count,
    -- The last two hexadecimal digits of the keyed hash, modulo 64: fixed for good.
    (
        greatest(strpos('0123456789abcdef', left(right(user_week.user_id, 2), 1)) - 1, 0) % 4 * 16
        + greatest(strpos('0123456789abcdef', right(user_week.user_id, 1)) - 1, 0)
    ) as bucket
from fact.user_week
