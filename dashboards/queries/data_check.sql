-- Every rule of the gate, and on how many of the days that it judged since a day it was missed.
-- Grain: one row a rule.
-- Missing: a rule that judged no day of the range has 0 days; a day with too few messages has no share to judge.

select
    data_rule.suite,
    data_rule.rule,
    data_rule.severity,
    data_rule.checked_by,
    data_rule.what,
    data_rule.allowed,
    data_rule.why,
    data_rule.next_step,
    count(data_check.day) filter (where data_check.observed is not null) as day_count,
    count(data_check.day) filter (where not data_check.is_met) as missed_day_count,
    max(data_check.day) filter (where not data_check.is_met) as newest_missed_on,
    arg_max(data_check.observed, data_check.failing_count) filter (
        where not data_check.is_met
    ) as worst_observed
from published.data_rule
left join published.data_check
    on
        data_rule.rule = data_check.rule
        and data_check.deployment_id = $deployment_id
        and data_check.day >= $since
group by all
order by missed_day_count desc, data_rule.severity, data_rule.suite, data_rule.rule
