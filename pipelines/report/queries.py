"""The SQL that reads a published file: constant texts with named parameters, one a table.

No value is ever written into a text, and nothing here computes: sums over days are all there is.
"""

OBSERVATIONS = """
select
    indicator_id, period, period_start, slice, slice_value, estimate, numerator, denominator, value,
    ci_low, ci_high, p90, at_least, method, status, variation, coverage, is_suppressed, is_partial,
    data_state, appetite_version, definition_version, detector_version
from published.observation
where
    deployment_id = $deployment_id and not is_of_few
    and (
        (period = 'month' and period_start in ($month, $previous))
        or (period = 'week' and slice = 'all' and period_start between $first_week and $last_week)
    )
order by indicator_id, period, period_start, slice, slice_value, estimate
"""
MONTHS = """
select distinct period_start from published.observation
where
    deployment_id = $deployment_id and period = 'month'
    and exists (
        select 1 from published.data_day
        where
            data_day.deployment_id = $deployment_id and data_day.message_count > 0
            and date_trunc('month', data_day.day) = observation.period_start
    )
order by period_start
"""
BUILD = """
select generation, built_at, code_version, taxonomy_version, home_kind, worst_delay_minutes
from published.build
"""
DEPLOYMENTS = """
select deployment_id, title, zone, first_day, last_day from published.deployment order by deployment_id
"""
INDICATORS = """
select
    indicator_id, title, question, numerator, denominator, kind, unit, value_unit, direction,
    minimum_denominator,
    family, owner, lifecycle, computed_by, definition_version
from published.indicator order by family, indicator_id
"""
APPETITES = """
select indicator_id, effective_from, watch, breach, side, is_placeholder, version, reason, approved_by
from published.appetite
where deployment_id = $deployment_id and effective_from <= $last_day
order by indicator_id, effective_from, version
"""
ALARMS = """
select alarm_id, indicator_id, opened_on, closed_on, state, resolution, note from published.alarm
where
    deployment_id = $deployment_id and opened_on <= $last_day
    and (
        opened_on >= $first_day
        or state <> 'resolved'
        or coalesce(closed_on, $last_day) >= $first_day
    )
order by opened_on, alarm_id
"""
GRAVE = """
with day_kind as (
    select
        day,
        what,
        max(day_count) as found_count,
        count(*) filter (where state = 'confirmed') as confirmed_count,
        count(*) filter (where state = 'not_confirmed') as not_confirmed_count
    from published.needs_eyes
    where deployment_id = $deployment_id and day between $first_day and $last_day
    group by day, what
)
select
    what,
    cast(sum(confirmed_count) as bigint) as confirmed,
    cast(sum(not_confirmed_count) as bigint) as not_confirmed,
    cast(sum(found_count - confirmed_count - not_confirmed_count) as bigint) as unread
from day_kind group by what order by what
"""
CHANGES = """
select change_id, effective_on, what, note, origin, is_planned, declared_by from published.change
where deployment_id = $deployment_id and effective_on between $first_drawn and $last_day
order by effective_on, change_id
"""
RISKS = """
select
    risk_id, reference, title, statement, state, inherent_severity, inherent_probability, residual_severity,
    residual_probability, acceptability, owner, review_due_on, is_overdue, indicator_ids, worst_status
from published.risk where deployment_id = $deployment_id order by reference, risk_id
"""
CHECKLIST = """
select
    item_id, reference, stage, question, state, attested_by, attested_on, expires_on, is_evidence_withdrawn,
    is_overdue, waived_until, contradicted_by
from published.checklist_item where deployment_id = $deployment_id order by reference, item_id
"""
REGIMES = """
select
    regime_id, title, jurisdiction, is_applicable, decided_by, decided_on, confidence, verified_on,
    verify_again_by
from published.regime where deployment_id = $deployment_id order by regime_id
"""
INCIDENTS = """
select incident_id, title, severity, state, opened_at, closed_at from published.incident
where deployment_id = $deployment_id order by opened_at, incident_id
"""
FINDINGS = """
select
    signal_id, detector_id, detector_version,
    cast(sum(message_count) as bigint) as message_count,
    cast(sum(conversation_count) as bigint) as conversation_count
from published.finding_summary
where deployment_id = $deployment_id and day between $first_day and $last_day
group by signal_id, detector_id, detector_version
order by signal_id, detector_id, detector_version
"""
DATA_QUALITY = """
select
    source, reason,
    cast(sum(row_count) as bigint) as row_count,
    count(distinct day) as day_count
from published.data_quality
where deployment_id = $deployment_id and day between $first_day and $last_day
group by source, reason order by source, reason
"""
READINESS = """
select indicator_id, state, missing, next_step from published.readiness
where deployment_id = $deployment_id order by indicator_id
"""
DETECTORS = """
select detector_id, detector_version, signal_id, languages, badge, note from published.detector
order by detector_id, signal_id
"""
MISSES = """
select
    detector_id, signal_id, state, value, ci_low, ci_high, numerator, confirmed_count, seen_count,
    sampled_count, rest_count, is_suppressed
from published.miss_rate
where deployment_id = $deployment_id and period = 'month' and period_start = $first_day
order by detector_id, signal_id
"""
DRIFT = """
select week, feature, distance, threshold, null_high, message_count, reference_count, status,
    is_suppressed
from published.drift
where deployment_id = $deployment_id and week between $first_week_touched and $last_day
order by feature, week
"""
EQUITY = """
select
    indicator_id, slice, slice_value, first_day, last_day, numerator, denominator, ratio, ci_low, ci_high,
    status, is_suppressed
from published.equity
where deployment_id = $deployment_id and not is_of_few order by indicator_id, slice, slice_value
"""
DATA_DAYS = """
select day, state, reasons, message_count, expected_count
from published.data_day
where
    deployment_id = $deployment_id
    and day between $first_day and $last_day
order by day
"""
