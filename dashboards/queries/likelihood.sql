-- The class of likelihood of one indicator, by window.
-- Grain: one row a window.
-- Missing: an indicator of which more is better, or that is not of conversations, has no row.

select
    likelihood.window as time_window,
    likelihood.first_day,
    likelihood.last_day,
    likelihood.numerator,
    likelihood.denominator,
    likelihood.upper,
    likelihood.level,
    likelihood.point_level,
    likelihood.evidence,
    likelihood.needed_exposure,
    likelihood.is_corrected,
    likelihood.is_standing
from published.likelihood
where
    likelihood.deployment_id = $deployment_id
    and likelihood.indicator_id = $indicator_id
order by likelihood.window
