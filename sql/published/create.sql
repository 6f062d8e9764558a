-- The tables that dashboard, reports and other people's scripts read. Generated from pipelines/schemas/published.py.
-- Grain: see the comment of each table.
-- Missing: null where a comment allows it, never a made-up value.

create schema published;

create table published.build (
    generation bigint not null,
    built_at timestamp with time zone not null,
    code_version varchar not null,
    taxonomy_version varchar not null,
    home_kind varchar not null,
    worst_delay_minutes bigint not null
);
comment on table published.build is 'One row: what this file is and how fresh.';
comment on column published.build.generation is 'Generation of the lake.';
comment on column published.build.built_at is 'When it was built.';
comment on column published.build.code_version is 'Version of the code.';
comment on column published.build.taxonomy_version is 'Version of the signal taxonomy.';
comment on column published.build.home_kind is 'demo or real.';
comment on column published.build.worst_delay_minutes is 'Longest time from a delivery to its appearance here, by the schedule.';

create table published.deployment (
    deployment_id varchar not null,
    title varchar not null,
    zone varchar not null,
    first_day date,
    last_day date,
    conversation_count bigint not null,
    message_count bigint not null
);
comment on table published.deployment is 'One row a deployment.';
comment on column published.deployment.deployment_id is 'The deployment.';
comment on column published.deployment.title is 'Name for people.';
comment on column published.deployment.zone is 'IANA zone of the reporting day.';
comment on column published.deployment.first_day is 'First day with data.';
comment on column published.deployment.last_day is 'Last day with data.';
comment on column published.deployment.conversation_count is 'Conversations held.';
comment on column published.deployment.message_count is 'Messages held.';

create table published.observation (
    deployment_id varchar not null,
    indicator_id varchar not null,
    period varchar not null,
    period_start date not null,
    slice varchar not null,
    slice_value varchar not null,
    estimate varchar not null,
    numerator double,
    denominator double,
    value double,
    ci_low double,
    ci_high double,
    method varchar not null,
    status varchar not null,
    variation varchar not null,
    coverage double,
    is_suppressed boolean not null,
    p90 double,
    is_latest boolean not null,
    is_partial boolean not null,
    definition_version varchar not null,
    detector_version varchar not null,
    appetite_version bigint,
    generation bigint not null
);
comment on table published.observation is 'An indicator''s value in one period and slice.';
comment on column published.observation.deployment_id is 'The deployment.';
comment on column published.observation.indicator_id is 'The indicator.';
comment on column published.observation.period is 'day, week (Monday) or month.';
comment on column published.observation.period_start is 'First day of the period.';
comment on column published.observation.slice is '''all'' is the whole deployment, else the slice''s name.';
comment on column published.observation.slice_value is '''all'' or the value.';
comment on column published.observation.estimate is 'raw, or corrected by review.';
comment on column published.observation.numerator is 'Numerator.';
comment on column published.observation.denominator is 'Denominator.';
comment on column published.observation.value is 'Share (0-1), rate per 1,000, count, median or index, by the indicator''s kind; null when unknown.';
comment on column published.observation.ci_low is 'Lower end of the 95 % interval, same unit as value.';
comment on column published.observation.ci_high is 'Upper end of the 95 % interval.';
comment on column published.observation.method is 'Method of the interval.';
comment on column published.observation.status is 'Against the appetite: not_applicable, within, no_appetite_set, insufficient_data, watch, breach.';
comment on column published.observation.variation is 'not_assessed, common_cause, special_cause_high, special_cause_low: against history.';
comment on column published.observation.coverage is 'Share of units fully scored by the detectors, 0-1.';
comment on column published.observation.is_suppressed is 'Whether the cell is hidden wherever numbers leave.';
comment on column published.observation.p90 is 'Ninetieth percentile, for distributions.';
comment on column published.observation.is_latest is 'Whether it is the indicator''s standing: the last whole week (else the newest period) of the deployment.';
comment on column published.observation.is_partial is 'Whether the period has not ended, or days of it are missing or held.';
comment on column published.observation.definition_version is 'Version of the indicator''s definition.';
comment on column published.observation.detector_version is 'Versions of the detectors behind it.';
comment on column published.observation.appetite_version is 'Version of the approved appetite; 0 when none.';
comment on column published.observation.generation is 'Generation of the lake.';

create table published.indicator (
    indicator_id varchar not null,
    title varchar not null,
    question varchar not null,
    numerator varchar not null,
    denominator varchar not null,
    kind varchar not null,
    unit varchar not null,
    direction varchar not null,
    minimum_denominator bigint not null,
    family varchar not null,
    owner varchar not null,
    lifecycle varchar not null,
    computed_by varchar not null,
    sql varchar not null,
    definition_version varchar not null
);
comment on table published.indicator is 'One row an indicator: its definition.';
comment on column published.indicator.indicator_id is 'The indicator.';
comment on column published.indicator.title is 'Name for people.';
comment on column published.indicator.question is 'What it answers.';
comment on column published.indicator.numerator is 'Numerator in words.';
comment on column published.indicator.denominator is 'Denominator in words.';
comment on column published.indicator.kind is 'proportion, rate_per_1000, count, distribution or index.';
comment on column published.indicator.unit is 'conversation, message, event, user_week, or day for what assess computes.';
comment on column published.indicator.direction is 'lower_is_better, higher_is_better or neither.';
comment on column published.indicator.minimum_denominator is 'Below it the status is insufficient_data.';
comment on column published.indicator.family is 'Group on the pages: escalation, harm, disclosure, use, drift, governance, quality.';
comment on column published.indicator.owner is 'Role that owns it.';
comment on column published.indicator.lifecycle is 'draft or published.';
comment on column published.indicator.computed_by is 'sql or assess.';
comment on column published.indicator.sql is 'The SQL that counts; empty for assess.';
comment on column published.indicator.definition_version is 'Hash of SQL and YAML.';

create table published.appetite (
    deployment_id varchar not null,
    indicator_id varchar not null,
    effective_from date not null,
    watch double,
    breach double,
    side varchar not null,
    is_placeholder boolean not null,
    version bigint not null,
    reason varchar not null,
    proposed_by varchar,
    approved_by varchar
);
comment on table published.appetite is 'The appetite in force, or the placeholder that ships.';
comment on column published.appetite.deployment_id is 'The deployment.';
comment on column published.appetite.indicator_id is 'The indicator.';
comment on column published.appetite.effective_from is 'First day it holds.';
comment on column published.appetite.watch is 'Watch limit.';
comment on column published.appetite.breach is 'Breach limit.';
comment on column published.appetite.side is 'above or below: which side of the limit is bad.';
comment on column published.appetite.is_placeholder is 'True until a person has approved one for this deployment.';
comment on column published.appetite.version is 'Version; 0 for a placeholder.';
comment on column published.appetite.reason is 'Why this limit.';
comment on column published.appetite.proposed_by is 'Role or account that proposed.';
comment on column published.appetite.approved_by is 'Who approved; another person.';

create table published.alarm (
    alarm_id varchar not null,
    deployment_id varchar not null,
    indicator_id varchar not null,
    opened_on date not null,
    state varchar not null,
    statistic double,
    threshold double,
    note varchar not null
);
comment on table published.alarm is 'Alarms of the sequential detectors.';
comment on column published.alarm.alarm_id is 'Id.';
comment on column published.alarm.deployment_id is 'The deployment.';
comment on column published.alarm.indicator_id is 'The indicator.';
comment on column published.alarm.opened_on is 'Day it opened.';
comment on column published.alarm.state is 'watch, alarm, acknowledged or resolved.';
comment on column published.alarm.statistic is 'Value of the detector''s statistic.';
comment on column published.alarm.threshold is 'Its threshold.';
comment on column published.alarm.note is 'What it says in words.';

create table published.change (
    change_id varchar not null,
    deployment_id varchar not null,
    effective_on date not null,
    what varchar not null,
    note varchar not null,
    origin varchar not null,
    is_planned boolean,
    declared_by varchar
);
comment on table published.change is 'Changes of model, prompt or policy, announced by people or seen in the logs.';
comment on column published.change.change_id is 'Id.';
comment on column published.change.deployment_id is 'The deployment.';
comment on column published.change.effective_on is 'From which day.';
comment on column published.change.what is 'model, prompt, policy, detector, appetite, zone.';
comment on column published.change.note is 'From what to what.';
comment on column published.change.origin is 'declared (a person or CI said so) or observed (seen in the logs).';
comment on column published.change.is_planned is 'Whether it was planned.';
comment on column published.change.declared_by is 'Account.';

create table published.risk (
    deployment_id varchar not null,
    risk_id varchar not null,
    reference varchar not null,
    title varchar not null,
    statement varchar not null,
    state varchar not null,
    inherent_severity varchar not null,
    inherent_probability varchar not null,
    residual_severity varchar,
    residual_probability varchar,
    acceptability varchar not null,
    owner varchar,
    review_due_on date,
    indicator_ids varchar not null,
    worst_status varchar not null
);
comment on table published.risk is 'As-of copy of the risk register.';
comment on column published.risk.deployment_id is 'The deployment.';
comment on column published.risk.risk_id is 'Id, snake_case.';
comment on column published.risk.reference is 'R-01 ...';
comment on column published.risk.title is 'Title.';
comment on column published.risk.statement is 'Cause -> event -> consequence.';
comment on column published.risk.state is 'State of the workflow.';
comment on column published.risk.inherent_severity is 'S1-S5.';
comment on column published.risk.inherent_probability is 'Probability class.';
comment on column published.risk.residual_severity is 'S1-S5.';
comment on column published.risk.residual_probability is 'Probability class.';
comment on column published.risk.acceptability is 'acceptable, investigate or unacceptable, by the matrix.';
comment on column published.risk.owner is 'Role.';
comment on column published.risk.review_due_on is 'Next review.';
comment on column published.risk.indicator_ids is 'Linked KRIs, comma separated.';
comment on column published.risk.worst_status is 'Worst latest status of its KRIs.';

create table published.checklist_item (
    deployment_id varchar not null,
    item_id varchar not null,
    reference varchar not null,
    stage varchar not null,
    question varchar not null,
    state varchar not null,
    attested_by varchar,
    attested_on date,
    expires_on date,
    is_overdue boolean not null,
    contradicted_by varchar not null
);
comment on table published.checklist_item is 'As-of copy of the ethics checklist.';
comment on column published.checklist_item.deployment_id is 'The deployment.';
comment on column published.checklist_item.item_id is 'Id.';
comment on column published.checklist_item.reference is 'EC-01 ...';
comment on column published.checklist_item.stage is 'development, pre_deployment, deployment or ongoing.';
comment on column published.checklist_item.question is 'The question.';
comment on column published.checklist_item.state is 'not_started, in_progress, met, met_with_exceptions, not_met, not_applicable.';
comment on column published.checklist_item.attested_by is 'Account.';
comment on column published.checklist_item.attested_on is 'Date.';
comment on column published.checklist_item.expires_on is 'When the attestation runs out.';
comment on column published.checklist_item.is_overdue is 'Whether it has run out or was never given when due.';
comment on column published.checklist_item.contradicted_by is 'Breached indicators, comma separated; empty if none.';

create table published.incident (
    incident_id varchar not null,
    deployment_id varchar not null,
    title varchar not null,
    severity varchar not null,
    state varchar not null,
    opened_at timestamp with time zone not null
);
comment on table published.incident is 'As-of copy of the incidents.';
comment on column published.incident.incident_id is 'Id.';
comment on column published.incident.deployment_id is 'The deployment.';
comment on column published.incident.title is 'Title.';
comment on column published.incident.severity is 'S1-S5.';
comment on column published.incident.state is 'State.';
comment on column published.incident.opened_at is 'Opened.';

create table published.finding_summary (
    deployment_id varchar not null,
    day date not null,
    signal_id varchar not null,
    detector_id varchar not null,
    detector_version varchar not null,
    message_count bigint not null,
    conversation_count bigint not null
);
comment on table published.finding_summary is 'How often each detector found each signal.';
comment on column published.finding_summary.deployment_id is 'The deployment.';
comment on column published.finding_summary.day is 'Reporting day.';
comment on column published.finding_summary.signal_id is 'Signal.';
comment on column published.finding_summary.detector_id is 'Detector.';
comment on column published.finding_summary.detector_version is 'Its version.';
comment on column published.finding_summary.message_count is 'Messages.';
comment on column published.finding_summary.conversation_count is 'Conversations.';

create table published.data_quality (
    deployment_id varchar not null,
    day date not null,
    source varchar not null,
    reason varchar not null,
    row_count bigint not null
);
comment on table published.data_quality is 'Rejected, duplicate, late, held and unscored rows by day, source and reason.';
comment on column published.data_quality.deployment_id is 'The deployment.';
comment on column published.data_quality.day is 'Day of delivery for rejected rows, else the reporting day.';
comment on column published.data_quality.source is 'ingest, gate:<suite> or detect.';
comment on column published.data_quality.reason is 'accepted, rejected:<reason>, exact_duplicate, conflicting_duplicate, late, redacted, waiting_event, tell:<rule>, stop:<rule>, unscored:<state> ...';
comment on column published.data_quality.row_count is 'Rows.';

create table published.readiness (
    deployment_id varchar not null,
    indicator_id varchar not null,
    state varchar not null,
    missing varchar not null,
    next_step varchar not null
);
comment on table published.readiness is 'For every indicator what is missing and what to do next.';
comment on column published.readiness.deployment_id is 'The deployment.';
comment on column published.readiness.indicator_id is 'The indicator.';
comment on column published.readiness.state is 'ready, partial, or not_ready.';
comment on column published.readiness.missing is 'What is missing; empty if nothing.';
comment on column published.readiness.next_step is 'What to do next; empty if nothing.';

create table published.detector (
    detector_id varchar not null,
    detector_version varchar not null,
    signal_id varchar not null,
    languages varchar not null,
    badge varchar not null,
    note varchar not null
);
comment on table published.detector is 'One row a detector and signal it looks for.';
comment on column published.detector.detector_id is 'Detector.';
comment on column published.detector.detector_version is 'Version.';
comment on column published.detector.signal_id is 'Signal.';
comment on column published.detector.languages is 'Languages, comma separated.';
comment on column published.detector.badge is 'validated, limited or unvalidated.';
comment on column published.detector.note is 'What is known about its error.';

create table published.drift (
    deployment_id varchar not null,
    week date not null,
    feature varchar not null,
    distance double,
    threshold double,
    null_high double,
    message_count bigint not null,
    reference_count bigint not null,
    status varchar not null
);
comment on table published.drift is 'Distance of a week from the reference window.';
comment on column published.drift.deployment_id is 'The deployment.';
comment on column published.drift.week is 'Monday.';
comment on column published.drift.feature is 'message_length, language or signal_mix.';
comment on column published.drift.distance is 'Jensen-Shannon distance, base 2, 0-1.';
comment on column published.drift.threshold is 'Practical threshold.';
comment on column published.drift.null_high is 'Largest distance among reference weeks, times 1.2.';
comment on column published.drift.message_count is 'Messages in the week.';
comment on column published.drift.reference_count is 'Messages in the reference window.';
comment on column published.drift.status is 'reference, stable, moved or insufficient_data.';

create table published.equity (
    deployment_id varchar not null,
    indicator_id varchar not null,
    slice varchar not null,
    slice_value varchar not null,
    ratio double,
    ci_low double,
    ci_high double,
    status varchar not null
);
comment on table published.equity is 'Rate ratios of groups against the rest.';
comment on column published.equity.deployment_id is 'The deployment.';
comment on column published.equity.indicator_id is 'The indicator.';
comment on column published.equity.slice is 'The slice.';
comment on column published.equity.slice_value is 'The group.';
comment on column published.equity.ratio is 'Rate ratio against the rest.';
comment on column published.equity.ci_low is 'Lower 95 %.';
comment on column published.equity.ci_high is 'Upper 95 %.';
comment on column published.equity.status is 'equivalent, different, measurement_cannot_separate or not_assessable.';

create table published.lineage (
    target varchar not null,
    origin varchar not null
);
comment on table published.lineage is 'Which table or file each indicator is computed from.';
comment on column published.lineage.target is 'Table or indicator.';
comment on column published.lineage.origin is 'What it reads.';
