-- What became of rows of a day: accepted, copies, late, disordered, redacted, waiting, unscored, owed.
-- Grain: one row a day, source and reason.
-- Missing: a reason that did not occur has no row; rejected rows are in ledger.rejected by day of delivery.

with placed as (
    select
        message.deployment_id,
        message.day,
        message.same_copy_count,
        message.copy_count,
        message.redacted_count,
        message.received_on,
        message.sent_on,
        coalesce(message.source_turn < lag(message.source_turn) over (
            partition by message.deployment_id, message.conversation_id
            order by message.turn
        ), false) as is_out_of_order
    from staging.message
),

message_total as (
    select
        placed.deployment_id,
        placed.day,
        count(*) as accepted,
        sum(placed.same_copy_count - 1) as exact_duplicate,
        sum(placed.copy_count - placed.same_copy_count) as conflicting_duplicate,
        count(*) filter (where placed.received_on > placed.sent_on) as late,
        -- In order of time a thread's own numbering must not fall.
        count(*) filter (where placed.is_out_of_order) as out_of_order,
        -- Dated after the day on which it was delivered.
        count(*) filter (where placed.sent_on > placed.received_on) as clock_skew,
        sum(placed.redacted_count) as redacted
    from placed
    group by
        placed.deployment_id,
        placed.day
),

counted as (
    select
        message_total.deployment_id,
        message_total.day,
        'ingest' as source,
        'accepted' as reason,
        message_total.accepted as row_count
    from message_total

    union all

    select
        message_total.deployment_id,
        message_total.day,
        'ingest' as source,
        'exact_duplicate' as reason,
        message_total.exact_duplicate as row_count
    from message_total

    union all

    select
        message_total.deployment_id,
        message_total.day,
        'ingest' as source,
        'conflicting_duplicate' as reason,
        message_total.conflicting_duplicate as row_count
    from message_total

    union all

    select
        message_total.deployment_id,
        message_total.day,
        'ingest' as source,
        'late' as reason,
        message_total.late as row_count
    from message_total

    union all

    select
        message_total.deployment_id,
        message_total.day,
        'ingest' as source,
        'out_of_order' as reason,
        message_total.out_of_order as row_count
    from message_total

    union all

    select
        message_total.deployment_id,
        message_total.day,
        'ingest' as source,
        'clock_skew' as reason,
        message_total.clock_skew as row_count
    from message_total

    union all

    select
        message_total.deployment_id,
        message_total.day,
        'ingest' as source,
        'redacted' as reason,
        message_total.redacted as row_count
    from message_total

    union all

    select
        event.deployment_id,
        event.day,
        'ingest' as source,
        'waiting_event' as reason,
        count(*) filter (where event.conversation_id is null) as row_count
    from staging.event
    group by
        event.deployment_id,
        event.day

    union all

    select
        scored_message.deployment_id,
        scored_message.day,
        'detect' as source,
        'unscored:' || scored_message.scoring_state as reason,
        count(*) as row_count
    from fact.message as scored_message
    -- The words of a human colleague are not scored, and nobody claims that they are.
    where
        not scored_message.is_scored
        and scored_message.role <> 'agent'
    group by
        scored_message.deployment_id,
        scored_message.day,
        scored_message.scoring_state

    union all

    -- What the plan gave a detector and no answer came for: a number of the day may still change.
    select
        coverage.deployment_id,
        coverage.day,
        'cascade' as source,
        'owed:' || coverage.detector_id as reason,
        count(*) as row_count
    from finding.coverage
    where coverage.is_owed
    group by
        coverage.deployment_id,
        coverage.day,
        coverage.detector_id
)

select
    counted.deployment_id,
    counted.day,
    counted.source,
    counted.reason,
    cast(counted.row_count as bigint) as row_count
from counted
where counted.row_count > 0
