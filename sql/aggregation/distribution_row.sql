-- A distribution's rows as counts: the numerator counts values that were seen, not lower bounds.
-- Grain: one row a unit.
-- Missing: nothing is.

select
    distribution.unit_id,
    distribution.conversation_id,
    distribution.occurred_at,
    distribution.value,
    distribution.is_censored,
    1 - distribution.is_censored as numerator,
    1 as denominator
from unit.distribution
