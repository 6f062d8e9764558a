-- Detectors, the signals they look for, and what is known of their error.
-- Grain: one row a detector and signal.
-- Missing: none.

select
    detector.detector_id,
    detector.detector_version,
    detector.signal_id,
    detector.languages,
    detector.badge,
    detector.note,
    detector.sieve,
    detector.alert,
    detector.threshold_reason,
    detector.place
from published.detector
order by detector.detector_id, detector.signal_id, detector.languages
