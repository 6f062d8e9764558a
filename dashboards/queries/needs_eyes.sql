-- Grave findings by day and signal, whatever people made of them.
-- Grain: one row a day, kind, signal and detector.
-- Missing: a day without such findings has no row; findings beyond the daily cap are in day_count alone.

select
    needs_eyes.day,
    needs_eyes.what,
    needs_eyes.signal_id,
    needs_eyes.level,
    needs_eyes.detector_id,
    needs_eyes.badge,
    count(*) as listed_count,
    max(needs_eyes.day_count) as day_count
from published.needs_eyes
where
    needs_eyes.deployment_id = $deployment_id
    and needs_eyes.day >= $since
group by
    needs_eyes.day,
    needs_eyes.what,
    needs_eyes.signal_id,
    needs_eyes.level,
    needs_eyes.detector_id,
    needs_eyes.badge
order by needs_eyes.day desc, needs_eyes.what asc, needs_eyes.signal_id asc
