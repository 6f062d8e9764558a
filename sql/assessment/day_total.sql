-- What became of the rows of a reporting day, in one row; and what was delivered on that day.
-- Grain: one row a deployment and day with rows, verdicts or deliveries.
-- Missing: a count that did not occur is 0; first and last delivery are null where nothing came for the day.

with counted as (
    select
        quality_day.deployment_id,
        quality_day.day,
        sum(quality_day.row_count) filter (where quality_day.reason = 'accepted') as message_count,
        sum(quality_day.row_count) filter (where quality_day.reason = 'late') as late_count,
        sum(quality_day.row_count) filter (where quality_day.reason = 'out_of_order') as out_of_order_count,
        sum(quality_day.row_count) filter (where quality_day.reason = 'clock_skew') as clock_skew_count,
        sum(quality_day.row_count) filter (where quality_day.reason = 'waiting_event') as waiting_event_count,
        sum(quality_day.row_count) filter (
            where quality_day.reason in ('exact_duplicate', 'conflicting_duplicate')
        ) as duplicate_count,
        sum(quality_day.row_count) filter (where quality_day.reason = 'redacted') as redacted_count,
        sum(quality_day.row_count) filter (where quality_day.source = 'detect') as unscored_count,
        sum(quality_day.row_count) filter (
            where quality_day.reason = 'unscored:failed'
        ) as failed_count,
        sum(quality_day.row_count) filter (where quality_day.source = 'cascade') as owed_count,
        string_agg(quality_day.reason, ',' order by quality_day.reason) filter (
            where quality_day.source = 'cascade'
        ) as owed_reasons
    from indicator.quality_day
    group by
        quality_day.deployment_id,
        quality_day.day
),

received as (
    select
        received_day.deployment_id,
        received_day.day,
        min(received_day.received_on) as first_received_on,
        max(received_day.received_on) as last_received_on
    from indicator.received_day
    group by
        received_day.deployment_id,
        received_day.day
),

-- A file that could not be read to its end and has not been delivered again under its name. What was
-- refused of erased people names no line either; that is no fault of a file.
broken as (
    select
        rejected.deployment_id,
        rejected.day,
        count(*) as broken_file_count
    from ledger.rejected
    left join ledger.delivery as mended
        on
            rejected.deployment_id = mended.deployment_id
            and rejected.file_name = mended.file_name
            and rejected.delivery_id <> mended.delivery_id
            and rejected.day <= mended.received_on
            and mended.rejected_count < mended.record_count
    where
        rejected.position = 0
        and rejected.reason <> 'erased'
        and mended.delivery_id is null
    group by
        rejected.deployment_id,
        rejected.day
),

missed as (
    select
        quality.deployment_id,
        quality.day,
        string_agg(distinct quality.rule, ',' order by quality.rule) filter (
            where quality.severity = 'stop'
        ) as stop_rules,
        string_agg(distinct quality.rule, ',' order by quality.rule) filter (
            where quality.severity = 'tell'
        ) as tell_rules
    from ledger.quality
    where not quality.is_met
    group by
        quality.deployment_id,
        quality.day
),

known_day as (
    select
        counted.deployment_id,
        counted.day
    from counted
    union
    select
        delivered.deployment_id,
        delivered.day
    from unit.delivered
    union
    select
        missed.deployment_id,
        missed.day
    from missed
)

select
    known_day.deployment_id,
    known_day.day,
    received.first_received_on,
    received.last_received_on,
    cast(coalesce(counted.message_count, 0) as bigint) as message_count,
    cast(coalesce(counted.late_count, 0) as bigint) as late_count,
    cast(coalesce(counted.out_of_order_count, 0) as bigint) as out_of_order_count,
    cast(coalesce(counted.clock_skew_count, 0) as bigint) as clock_skew_count,
    cast(coalesce(counted.waiting_event_count, 0) as bigint) as waiting_event_count,
    cast(coalesce(counted.duplicate_count, 0) as bigint) as duplicate_count,
    cast(coalesce(counted.redacted_count, 0) as bigint) as redacted_count,
    cast(coalesce(counted.unscored_count, 0) as bigint) as unscored_count,
    cast(coalesce(counted.failed_count, 0) as bigint) as failed_count,
    cast(coalesce(counted.owed_count, 0) as bigint) as owed_count,
    cast(coalesce(delivered.record_count, 0) as bigint) as delivered_count,
    cast(coalesce(delivered.rejected_count, 0) as bigint) as rejected_count,
    cast(coalesce(broken.broken_file_count, 0) as bigint) as broken_file_count,
    coalesce(counted.owed_reasons, '') as owed_reasons,
    coalesce(missed.stop_rules, '') as stop_rules,
    coalesce(missed.tell_rules, '') as tell_rules
from known_day
left join counted
    on
        known_day.deployment_id = counted.deployment_id
        and known_day.day = counted.day
left join received
    on
        known_day.deployment_id = received.deployment_id
        and known_day.day = received.day
left join unit.delivered
    on
        known_day.deployment_id = delivered.deployment_id
        and known_day.day = delivered.day
left join broken
    on
        known_day.deployment_id = broken.deployment_id
        and known_day.day = broken.day
left join missed
    on
        known_day.deployment_id = missed.deployment_id
        and known_day.day = missed.day
order by
    known_day.deployment_id,
    known_day.day
