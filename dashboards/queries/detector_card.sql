-- What each detector says of itself.
-- Grain: one row a detector.
-- Missing: none.

select
    detector_card.detector_id,
    detector_card.detector_version,
    detector_card.purpose,
    detector_card.not_for,
    detector_card.failures,
    detector_card.languages,
    detector_card.roles,
    detector_card.data,
    detector_card.sees,
    detector_card.thresholds
from published.detector_card
order by detector_card.detector_id
