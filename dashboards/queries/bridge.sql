-- What two versions of the detectors make of the same conversations, newest first.
-- Grain: one row a signal and pair of versions.
-- Missing: where no version has changed, or no day was scored by both, there is no row.

select
    bridge.signal_id,
    bridge.old_version,
    bridge.new_version,
    bridge.is_trial,
    bridge.first_day,
    bridge.last_day,
    bridge.day_count,
    bridge.both_count,
    bridge.old_count,
    bridge.new_count,
    bridge.agreement,
    bridge.ratio,
    bridge.ci_low,
    bridge.ci_high,
    bridge.is_suppressed
from published.bridge
where bridge.deployment_id = $deployment_id
order by bridge.last_day desc, bridge.new_version asc, bridge.signal_id asc
