-- How often each detector found each signal, whether or not it is the one that decides.
-- Grain: one row a day, signal, detector and version.
-- Missing: a signal that was not found, at the sieve either, has no row.

select
    finding.deployment_id,
    finding.day,
    finding.signal_id,
    finding.detector_id,
    finding.detector_version,
    count(distinct finding.message_id) filter (where finding.is_alert) as message_count,
    count(distinct finding.conversation_id) filter (where finding.is_alert) as conversation_count,
    count(distinct finding.message_id) as sieve_message_count
from finding.finding
group by
    finding.deployment_id,
    finding.day,
    finding.signal_id,
    finding.detector_id,
    finding.detector_version
