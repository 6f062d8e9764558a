-- Limits of one indicator's control chart, of days, weeks, or units between rare events.
-- Grain: one row a period, or an event.
-- Missing: a period without a chart has no row; a limit that is not known is null.

select
    chart.period,
    chart.period_start,
    chart.number,
    chart.chart,
    chart.value,
    chart.centre,
    chart.low,
    chart.high,
    chart.variation,
    chart.rule,
    chart.phase_start,
    chart.is_baseline,
    chart.is_carried
from published.chart
where
    chart.deployment_id = $deployment_id
    and chart.indicator_id = $indicator_id
    and chart.period_start >= $since
order by chart.period, chart.period_start, chart.number
