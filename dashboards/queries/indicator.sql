-- Definitions of the indicators.
-- Grain: one row an indicator.
-- Missing: none.

select
    indicator.indicator_id,
    indicator.title,
    indicator.question,
    indicator.numerator,
    indicator.denominator,
    indicator.kind,
    indicator.unit,
    indicator.value_unit,
    indicator.direction,
    indicator.minimum_denominator,
    indicator.family,
    indicator.owner,
    indicator.lifecycle,
    indicator.computed_by,
    indicator.needs,
    indicator.sql,
    indicator.definition_version
from published.indicator
order by indicator.family, indicator.title, indicator.indicator_id
