"""What was measured and how it is judged: observations, alarms, drift."""

from pipelines.schemas.published.declaration import DEPLOYMENT_ID, INDICATOR_ID, declare
from pipelines.schemas.table import COUNT, DATE, FLAG, NUMBER, TEXT, Column

INDICATOR = declare(
    "indicator",
    "One row an indicator: its definition.",
    ("indicator_id",),
    INDICATOR_ID,
    Column("title", TEXT, "Name for people."),
    Column("question", TEXT, "What it answers."),
    Column("numerator", TEXT, "Numerator in words."),
    Column("denominator", TEXT, "Denominator in words."),
    Column("kind", TEXT, "proportion, rate_per_1000, count, distribution or index."),
    Column("unit", TEXT, "conversation, message, event, user_week, or day for what assess computes."),
    Column("value_unit", TEXT, "What a distribution's values are counted in, such as seconds; else empty."),
    Column("direction", TEXT, "lower_is_better, higher_is_better or neither."),
    Column("minimum_denominator", COUNT, "Below it the status is insufficient_data."),
    Column(
        "family",
        TEXT,
        "Group on the pages: escalation, harm, disclosure, use, drift, governance, quality, own.",
    ),
    Column("owner", TEXT, "Role that owns it."),
    Column("lifecycle", TEXT, "draft or published."),
    Column("computed_by", TEXT, "sql or assess."),
    Column("needs", TEXT, "What it is computed from, comma separated, such as signal:u_self_harm."),
    Column("sql", TEXT, "The SQL that counts; empty for assess."),
    Column("definition_version", TEXT, "Hash of SQL and YAML."),
)

OBSERVATION = declare(
    "observation",
    "An indicator's value in one period and slice.",
    ("deployment_id", "indicator_id", "period", "period_start", "slice", "slice_value", "estimate"),
    DEPLOYMENT_ID,
    INDICATOR_ID,
    Column(
        "period",
        TEXT,
        "day, week (Monday) or month; for corrected estimates also rolling_4_weeks and rolling_12_weeks.",
    ),
    Column("period_start", DATE, "First day of the period."),
    Column("slice", TEXT, "'all' is the whole deployment, else the slice's name."),
    Column("slice_value", TEXT, "'all' or the value."),
    Column("estimate", TEXT, "raw, or corrected by review."),
    Column("numerator", NUMBER, "Numerator.", nullable=True),
    Column("denominator", NUMBER, "Denominator.", nullable=True),
    Column(
        "value",
        NUMBER,
        "Share (0-1), rate per 1,000, count, median or index, by the indicator's kind; null when unknown.",
        nullable=True,
    ),
    Column("ci_low", NUMBER, "Lower end of the 95 % interval, same unit as value.", nullable=True),
    Column("ci_high", NUMBER, "Upper end of the 95 % interval.", nullable=True),
    Column("method", TEXT, "Method of the interval."),
    Column(
        "status",
        TEXT,
        "Against the appetite: not_applicable, within, no_appetite_set, insufficient_data, watch, breach.",
    ),
    Column(
        "variation",
        TEXT,
        "not_assessed, common_cause, special_cause_high, special_cause_low: against history.",
    ),
    Column(
        "coverage",
        NUMBER,
        "Share of the units that it is about, or may be about, that detectors read whole, 0-1.",
        nullable=True,
    ),
    Column("is_suppressed", FLAG, "Whether the cell is hidden wherever numbers leave."),
    Column(
        "is_of_few",
        FLAG,
        "Whether at most ten conversations ever had the slice's value: it may be a person's, so no such row "
        "leaves.",
    ),
    Column(
        "numerator_rounded",
        COUNT,
        "Numerator to the nearest 5, for tables that show no exact counts; null where suppressed. Rates "
        "beside it are to be made of rounded counts, and totals may not add.",
        nullable=True,
    ),
    Column("denominator_rounded", COUNT, "Denominator to the nearest 5, likewise.", nullable=True),
    Column("p90", NUMBER, "Ninetieth percentile, for distributions.", nullable=True),
    Column(
        "is_latest",
        FLAG,
        "Whether it is the indicator's standing: the last whole week (else the newest period) there is.",
    ),
    Column(
        "at_least",
        NUMBER,
        "Of a median that was not reached, and of a ratio over nothing: what it is at least, by which it is "
        "judged; of a median that was reached its value; null otherwise.",
        nullable=True,
    ),
    Column(
        "is_partial",
        FLAG,
        "Whether the period has not ended, or days of it are held, or missing and not quiet, or, "
        "where corrected, a week of it is not in the reviewed samples.",
    ),
    Column(
        "is_lower_bound",
        FLAG,
        "Whether it can only be more: what no detector flagged and nobody reviewed is not in it.",
    ),
    Column(
        "data_state",
        TEXT,
        "State of the period's worst day, one of those of data_day.",
    ),
    Column("definition_version", TEXT, "Version of the indicator's definition."),
    Column("detector_version", TEXT, "Detectors that scored its days; a semicolon where they changed."),
    Column("appetite_version", COUNT, "Approved appetite that gave the status; 0 when none.", nullable=True),
    Column("generation", COUNT, "Generation of the lake."),
)

ALARM = declare(
    "alarm",
    "What somebody should look at: rates past their appetite, grave findings, changes nobody announced.",
    ("alarm_id",),
    Column("alarm_id", TEXT, "Id."),
    DEPLOYMENT_ID,
    INDICATOR_ID,
    Column(
        "kind",
        TEXT,
        "appetite_exceeded, missed_above_appetite, worse_since_release, critical_finding or "
        "suspected_unannounced_change.",
    ),
    Column("stream_id", TEXT, "Question and indicator, such as level:harm_rate_per_1000."),
    Column("opened_on", DATE, "Day it opened."),
    Column("closed_on", DATE, "Day from which the data no longer support it.", nullable=True),
    Column("state", TEXT, "watch, alarm, acknowledged or resolved."),
    Column(
        "resolution",
        TEXT,
        "What a person said it was: true, false, data or expected; passed where the data let go of it.",
        nullable=True,
    ),
    Column(
        "is_paging", FLAG, "Whether it calls a person now: an open alarm of a stream that is switched on."
    ),
    Column(
        "held_by",
        TEXT,
        "Why an alarm calls nobody: data, taken, muted, or list (its stream is not on); else empty.",
    ),
    Column("judged_through", DATE, "Last day that its detector has judged.", nullable=True),
    Column(
        "statistic",
        NUMBER,
        "Highest value of the detector's statistic so far; today's for a watch.",
        nullable=True,
    ),
    Column("threshold", NUMBER, "Its threshold.", nullable=True),
    Column("confirmed_on", DATE, "Last day of the week in which weekly totals confirmed it.", nullable=True),
    Column("cause", TEXT, "Alarms with the same cause are one story: a change, a data fault, or a day."),
    Column(
        "checkpoint",
        TEXT,
        "From which the detector goes on: JSON of its state; null for the others.",
        nullable=True,
    ),
    Column("note", TEXT, "What it says in words, without what was counted."),
    Column("evidence", TEXT, "What was counted, in words, else empty; it does not leave."),
)

ALARM_STREAM = declare(
    "alarm_stream",
    "Where each stream about a level or a release stands, so that one without an alarm says why.",
    ("deployment_id", "stream_id"),
    DEPLOYMENT_ID,
    Column("stream_id", TEXT, "Question and indicator, such as level:harm_rate_per_1000."),
    INDICATOR_ID,
    Column(
        "state",
        TEXT,
        "alarm, watch or quiet; not_judged where no approved appetite can be tested on the newest day, no "
        "release is watched, nobody measures the indicator, or no judged day of the evidence has a unit.",
    ),
    Column(
        "judged_since",
        DATE,
        "First day of the evidence: of the data, of the limit in force or of a looser one before it, of the "
        "release, or after a person had its alarm.",
        nullable=True,
    ),
    Column("judged_through", DATE, "Last day that was judged; later ones may still grow.", nullable=True),
    Column("statistic", NUMBER, "Evidence on the last judged day.", nullable=True),
    Column("watch_from", NUMBER, "Evidence from which it is on watch.", nullable=True),
    Column("threshold", NUMBER, "Evidence from which it is an alarm.", nullable=True),
    Column("held_day_count", COUNT, "Days since then that the data hold, so that they are not judged."),
    Column("why_not", TEXT, "Why a release, or a level whose limits no value can pass, is not judged."),
)

NEEDS_EYES = declare(
    "needs_eyes",
    "Grave findings that a person should read, at most 20 a day, and those that somebody looked at.",
    ("deployment_id", "day", "message_id", "signal_id"),
    DEPLOYMENT_ID,
    Column("day", DATE, "Reporting day."),
    Column("what", TEXT, "assistant_harm, or unanswered_risk (nothing at or after it answers it)."),
    Column("conversation_id", TEXT, "The episode."),
    Column("message_id", TEXT, "The message."),
    Column("signal_id", TEXT, "Signal of the taxonomy."),
    Column("level", COUNT, "Severity; 4 is critical."),
    Column("detector_id", TEXT, "Detector that found it."),
    Column("detector_version", TEXT, "Its version."),
    Column("badge", TEXT, "What is known of the detector: validated, limited or unvalidated."),
    Column("state", TEXT, "unconfirmed, or what a person saw: confirmed, not_confirmed."),
    Column("day_count", COUNT, "Findings of this day and kind before the cap."),
)

DRIFT_INDEX = "drift_index"
"""The indicator whose value is the week's distance of the mix of signals."""

DRIFT = declare(
    "drift",
    "Distance of a week from the reference window.",
    ("deployment_id", "week", "feature"),
    DEPLOYMENT_ID,
    Column("week", DATE, "Monday."),
    Column(
        "feature",
        TEXT,
        "Inputs: language, user_message_length, user_text. Outputs: message_length, response_class, score, "
        "assistant_text. Both: signal_mix.",
    ),
    Column("measure", TEXT, "jensen_shannon (base 2, 0-1) or classifier_auc (0.5 is no difference)."),
    Column("distance", NUMBER, "Value of the measure.", nullable=True),
    Column("threshold", NUMBER, "Practical threshold.", nullable=True),
    Column("null_high", NUMBER, "How far so many messages lie when nothing changed.", nullable=True),
    Column(
        "spread",
        NUMBER,
        "Wasserstein distance in reference standard deviations, of what lies on a scale.",
        nullable=True,
    ),
    Column("spread_null_high", NUMBER, "How far that may be when nothing changed.", nullable=True),
    Column(
        "largest_gap",
        NUMBER,
        "Greatest difference of the shares at or below a bin (Kolmogorov-Smirnov), of what lies on a scale.",
        nullable=True,
    ),
    Column(
        "message_count", COUNT, "Messages in the week; of signal_mix one with several signals once for each."
    ),
    Column("reference_count", COUNT, "Messages in the reference window."),
    Column("status", TEXT, "reference, stable, moved or insufficient_data."),
    Column("is_suppressed", FLAG, "Whether the week's numbers are hidden wherever numbers leave."),
)

DRIFT_SHIFT = declare(
    "drift_shift",
    "What moved in a week that moved: the categories that count most, with their shares.",
    ("deployment_id", "week", "feature", "category"),
    DEPLOYMENT_ID,
    Column("week", DATE, "Monday."),
    Column("feature", TEXT, "The feature."),
    Column("category", TEXT, "Language, signal, class or bin."),
    Column("reference_share", NUMBER, "Share in the reference weeks, 0-1."),
    Column("week_share", NUMBER, "Share in the week, 0-1."),
    Column("contribution", NUMBER, "Its part of the distance, 0-1."),
    Column("is_practical", FLAG, "Whether it changed by a fifth of itself and by a percentage point."),
)
