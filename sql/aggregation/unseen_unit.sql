-- Units in which nobody looked for a signal that some indicator needs.
-- Grain: one row a unit and signal.
-- Missing: a unit without a message of those who can show a signal has nothing in which to look for it. A day
-- that was scored before a signal existed has sights without it, so that it is unknown there.

with seen_signal as (
    select distinct
        sight.deployment_id,
        sight.day,
        sight.sight,
        sight.signal_id
    from fact.sight
    inner join unit.need
        on sight.signal_id = need.signal_id
),

looked_at as (
    select
        unit_sight.unit_id,
        need.signal_id,
        count(seen_signal.signal_id) as seen_count
    from unit.sight as unit_sight
    inner join unit.need
        on unit_sight.role = need.role
    left join seen_signal
        on
            unit_sight.deployment_id = seen_signal.deployment_id
            and unit_sight.day = seen_signal.day
            and unit_sight.sight = seen_signal.sight
            and need.signal_id = seen_signal.signal_id
    group by
        unit_sight.unit_id,
        need.signal_id
)

select
    looked_at.unit_id,
    looked_at.signal_id
from looked_at
where looked_at.seen_count = 0
