-- Messages at which a signal of the operator's own was looked for, and whether it was found and counts.
-- Grain: one row a message and own signal whose detector reads messages of that role.
-- Missing: where the signal did not exist yet, or the text had expired before it did, there is no row; a
-- message that could not be read is not scored, which is not clear.

select
    coverage.deployment_id,
    coverage.day,
    coverage.conversation_id,
    coverage.message_id,
    message.user_id,
    message.role,
    message.sent_at,
    coverage.detector_id as signal_id,
    coverage.state = 'scored' as is_scored,
    coalesce(message_signal.is_counted, false) as is_counted,
    coalesce(message_signal.level, 0) as level
from finding.coverage
inner join fact.message
    on
        coverage.deployment_id = message.deployment_id
        and coverage.message_id = message.message_id
left join fact.message_signal
    on
        coverage.deployment_id = message_signal.deployment_id
        and coverage.message_id = message_signal.message_id
        and coverage.detector_id = message_signal.signal_id
where
    left(coverage.detector_id, 2) = 'x_'
    and coverage.state <> 'not_run'
