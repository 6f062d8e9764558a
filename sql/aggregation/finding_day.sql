-- How often each detector found each signal.
-- Grain: one row a day, signal, detector and version.
-- Missing: a signal that was not found has no row.

select
    finding.deployment_id,
    finding.day,
    finding.signal_id,
    finding.detector_id,
    finding.detector_version,
    count(distinct finding.message_id) as message_count,
    count(distinct finding.conversation_id) as conversation_count
from finding.finding
group by
    finding.deployment_id,
    finding.day,
    finding.signal_id,
    finding.detector_id,
    finding.detector_version
