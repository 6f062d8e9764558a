-- Models and prompts that answer again, and mostly, after days in which hardly an answer named them.
-- Grain: one row a deployment, kind of version, name and return.
-- Missing: a day on which no answer names any is not counted; of the newest days it is not known yet.

with named as (
    select
        version_day.deployment_id,
        version_day.what,
        version_day.day,
        version_day.value,
        version_day.message_count,
        version_day.conversation_count
    from indicator.version_day
    where version_day.what <> 'detector' and version_day.value not in ('unknown', 'unrecognised')
),

served_day as (
    select
        named.deployment_id,
        named.what,
        named.day,
        sum(named.message_count) as message_count,
        row_number() over (
            partition by named.deployment_id, named.what
            order by named.day
        ) as place,
        sum(sum(named.message_count)) over (
            partition by named.deployment_id, named.what
            order by named.day
        ) as message_count_so_far
    from named
    group by
        named.deployment_id,
        named.what,
        named.day
),

served as (
    select
        named.deployment_id,
        named.what,
        named.day,
        named.value,
        named.message_count,
        sum(coalesce(named.conversation_count, named.message_count)) over (
            partition by named.deployment_id, named.what, named.value
        ) as conversation_count,
        served_day.message_count as day_message_count,
        served_day.place,
        served_day.message_count_so_far
    from named
    inner join served_day
        on
            named.deployment_id = served_day.deployment_id
            and named.what = served_day.what
            and named.day = served_day.day
),

present as (
    select
        served.deployment_id,
        served.what,
        served.day,
        served.value,
        served.place,
        coalesce(
            served.place - 1 - lag(served.place) over version >= $away_day_count
            and served.message_count_so_far
            - served.day_message_count
            - lag(served.message_count_so_far) over version
            >= $away_message_count,
            false
        ) as was_away
    from served
    where
        served.message_count >= $negligible_share * served.day_message_count
        -- As in `change.sql`: a name of a few conversations may be of one person.
        and served.conversation_count > $hidden_up_to
    window version as (
        partition by served.deployment_id, served.what, served.value
        order by served.place
    )
),

counted as (
    select
        present.deployment_id,
        present.what,
        present.day,
        present.value,
        present.place,
        count(*) filter (where present.was_away) over (
            partition by present.deployment_id, present.what, present.value
            order by present.place
        ) as time_away_count
    from present
),

leading_day as (
    select
        counted.deployment_id,
        counted.what,
        counted.day,
        counted.value,
        counted.time_away_count
    from counted
    inner join served_day
        on
            counted.deployment_id = served_day.deployment_id
            and counted.what = served_day.what
            and served_day.place between counted.place and counted.place + $return_day_count - 1
    left join named
        on
            served_day.deployment_id = named.deployment_id
            and served_day.what = named.what
            and served_day.day = named.day
            and counted.value = named.value
    group by
        counted.deployment_id,
        counted.what,
        counted.day,
        counted.value,
        counted.time_away_count
    having
        count(*) = $return_day_count
        and 2 * sum(coalesce(named.message_count, 0)) >= sum(served_day.message_count)
),

followed as (
    select
        leading_day.deployment_id,
        leading_day.what,
        leading_day.day,
        leading_day.value,
        leading_day.time_away_count,
        coalesce(
            lag(leading_day.time_away_count) over (
                partition by leading_day.deployment_id, leading_day.what, leading_day.value
                order by leading_day.day
            ),
            0
        ) as known_time_away_count
    from leading_day
)

select
    followed.deployment_id,
    followed.what,
    followed.value,
    followed.day as effective_on
from followed
where followed.time_away_count > followed.known_time_away_count
order by
    followed.deployment_id,
    followed.day,
    followed.what,
    followed.value
