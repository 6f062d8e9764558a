-- How much the sieve before a judge or a moderation endpoint misses, newest period first.
-- Grain: one row a detector, signal and period.
-- Missing: where no such detector has looked, there is no row.

select
    miss_rate.detector_id,
    miss_rate.signal_id,
    miss_rate.period,
    miss_rate.period_start,
    miss_rate.first_day,
    miss_rate.last_day,
    miss_rate.day_count,
    miss_rate.left_out_day_count,
    miss_rate.state,
    miss_rate.numerator,
    miss_rate.denominator,
    miss_rate.value,
    miss_rate.ci_low,
    miss_rate.ci_high,
    miss_rate.numerator_low,
    miss_rate.numerator_high,
    miss_rate.method,
    miss_rate.passed_count,
    miss_rate.confirmed_count,
    miss_rate.rest_count,
    miss_rate.sampled_count,
    miss_rate.seen_count,
    miss_rate.unanswered_count,
    miss_rate.is_suppressed
from published.miss_rate
where miss_rate.deployment_id = $deployment_id
order by
    miss_rate.detector_id asc,
    miss_rate.period asc,
    miss_rate.period_start desc,
    miss_rate.signal_id asc
