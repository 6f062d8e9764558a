-- Daily counts of every indicator of the whole deployment between two days.
-- Grain: one row an indicator and day.
-- Missing: a day without data has no row, or a null denominator.

select
    observation.indicator_id,
    observation.period_start as day,
    observation.numerator,
    observation.denominator
from published.observation
where
    observation.deployment_id = $deployment_id
    and observation.period = 'day'
    and observation.slice = 'all'
    and observation.estimate = 'raw'
    and observation.period_start between $first and $last
order by observation.indicator_id, observation.period_start
