-- Keyed hashes of delivered messages: what names each, and what tells copies from conflicts.
-- Grain: one row a delivered message, in the order of delivery.
-- Missing: a message without an id of its own is named by its turn, else by its content.

-- HMAC-SHA-256 is a hash of the outer key and a hash of the inner key and the words, see RFC 2104.
with told as (
    select
        place,
        thread,
        message_id,
        turn,
        case
            when $is_transcript then thread || chr(31) || message_id
            else concat_ws(
                chr(31),
                thread,
                coalesce(user, chr(30)),
                coalesce(message_id, chr(30)),
                coalesce(cast(turn as text), chr(30)),
                role,
                cast(sent_at as text),
                coalesce(language, chr(30)),
                coalesce(region, chr(30)),
                coalesce(age_band, chr(30)),
                coalesce(gender, chr(30)),
                coalesce(model, chr(30)),
                coalesce(prompt_version, chr(30)),
                coalesce(use, chr(30)),
                coalesce(surface, chr(30)),
                coalesce(model_requested, chr(30)),
                coalesce(model_served, chr(30)),
                coalesce(provider_fingerprint, chr(30)),
                coalesce(policy_version, chr(30)),
                text
            )
        end as content
    from staging.accepted_message
),

hashed as (
    select
        place,
        thread,
        message_id,
        turn,
        left(
            sha256(
                $outer_key || unhex(sha256($inner_key || encode('content' || chr(31) || content)))
            ),
            32
        ) as content_hash
    from told
),

named as (
    select
        place,
        content_hash,
        concat_ws(
            chr(31),
            'message',
            $deployment_id,
            thread,
            case
                when message_id is not null then 'id' || chr(31) || message_id
                when turn is not null then 'turn' || chr(31) || cast(turn as text)
                else 'content' || chr(31) || content_hash
            end
        ) as name
    from hashed
)

select
    left(sha256($outer_key || unhex(sha256($inner_key || encode(name)))), 32) as message_id,
    content_hash
from named
order by place
