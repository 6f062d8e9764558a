"""How good the measurement is: rates corrected by review, and what people and judges say of detectors."""

from pipelines.schemas.published.declaration import DEPLOYMENT_ID, INDICATOR_ID, declare
from pipelines.schemas.table import COUNT, DATE, FLAG, NUMBER, TEXT, Column

WINDOW = (
    Column("window_weeks", COUNT, "1, 4 (for decisions) or 12 (for the register)."),
    Column("first_week", DATE, "Monday of the first sampled week in it."),
    Column("last_week", DATE, "Monday of the last week."),
    Column("week_count", COUNT, "Weeks of the window that were sampled; the others are not in it."),
)
BASIS = (
    Column("reviewed_count", COUNT, "Conversations with a label that counts."),
    Column("sampled_count", COUNT, "Conversations drawn."),
    Column("overdue_count", COUNT, "Drawn, past their clock and without a label: non-response, never clear."),
    Column("coming_count", COUNT, "Drawn, without a label, and in time; what was erased is not among them."),
    Column(
        "waiting_count",
        COUNT,
        "Labels that another person has still to read, in strata that do not count until then.",
    ),
    Column(
        "passed_over_count",
        COUNT,
        "Drawn and shown to nobody, though later ones have a label; their strata do not count until then.",
    ),
    Column("frame_count", COUNT, "Conversations that could have been drawn."),
    Column("covered_share", NUMBER, "Share of them in strata of which a review counts, 0-1."),
    Column(
        "is_lower_bound",
        FLAG,
        "Whether conversations that were not flagged went unreviewed: more may be missed.",
    ),
    Column("alpha", NUMBER, "Krippendorff's alpha of the level of user risk (ordinal).", nullable=True),
    Column("doubled_count", COUNT, "Conversations that two people labelled."),
    Column("label_quality", TEXT, "reliable, tentative, low or unknown."),
    Column("detector_version", TEXT, "Detectors and versions of the frame."),
)

CORRECTION = declare(
    "correction",
    "A rate with the detectors' errors taken out, by the labels of reviewed samples.",
    ("deployment_id", "indicator_id", "window_weeks", "last_week"),
    DEPLOYMENT_ID,
    INDICATOR_ID,
    *WINDOW,
    Column("raw_value", NUMBER, "What the detectors counted in the same weeks.", nullable=True),
    Column("value", NUMBER, "Inverse-probability estimate, in the indicator's unit."),
    Column("ci_low", NUMBER, "Lower 95 %.", nullable=True),
    Column("ci_high", NUMBER, "Upper 95 %.", nullable=True),
    Column("standard_error", NUMBER, "Standard error.", nullable=True),
    Column("method", TEXT, "ratio_logit_t, ratio_gamma (few effective events) or census."),
    Column("numerator", NUMBER, "Estimated numerator over the frame."),
    Column("denominator", NUMBER, "Estimated denominator over the frame."),
    Column("confirmed_count", COUNT, "Reviewed conversations that count in the numerator."),
    Column("population_count", COUNT, "Reviewed conversations that count in the denominator."),
    Column("powered_value", NUMBER, "The same with the detectors' counts of all (PPI++).", nullable=True),
    Column("powered_low", NUMBER, "Its lower 95 %; null with few effective events.", nullable=True),
    Column("powered_high", NUMBER, "Its upper 95 %.", nullable=True),
    Column("powered_weight", NUMBER, "Weight of the detectors' counts in it, 0-1."),
    Column("error_rate_value", NUMBER, "Rogan-Gladen: corrected by error rates alone.", nullable=True),
    Column("error_rate_low", NUMBER, "Its lower 95 %.", nullable=True),
    Column("error_rate_high", NUMBER, "Its upper 95 %.", nullable=True),
    Column("is_suppressed", FLAG, "Whether its numbers are hidden wherever numbers leave."),
    *BASIS,
)

DETECTOR_PERFORMANCE = declare(
    "detector_performance",
    "Sensitivity, precision and specificity of what detectors flag, as reviews of conversations show them.",
    ("deployment_id", "case_id", "figure", "window_weeks", "last_week"),
    DEPLOYMENT_ID,
    Column("case_id", TEXT, "user_at_risk (level 2), suicidal_thoughts or assistant_harm (level 2)."),
    Column("figure", TEXT, "sensitivity, precision or specificity."),
    *WINDOW,
    Column("value", NUMBER, "Share, 0-1; null when only a bound is known.", nullable=True),
    Column("ci_low", NUMBER, "Lower 95 %.", nullable=True),
    Column("ci_high", NUMBER, "Upper 95 %.", nullable=True),
    Column(
        "method", TEXT, "ratio_logit_t, ratio_gamma, census, lower_bound_no_miss_seen, none_in_population."
    ),
    Column("numerator", COUNT, "Reviewed conversations counted in it, unweighted."),
    Column("denominator", COUNT, "Reviewed conversations it is of, unweighted."),
    *BASIS,
)

CHART = declare(
    "chart",
    "Limits of the control charts of whole deployments: for reading; they page nobody.",
    ("deployment_id", "indicator_id", "period", "period_start", "number"),
    DEPLOYMENT_ID,
    INDICATOR_ID,
    Column("period", TEXT, "day, week, event (units between rare events) or event_time (days between them)."),
    Column("period_start", DATE, "First day of the period; the day of the event."),
    Column("number", COUNT, "The event's number, from 1; 0 for days and weeks."),
    Column("chart", TEXT, "laney_p, laney_u, xmr, g or t."),
    Column(
        "value",
        NUMBER,
        "The point, in the indicator's unit; units since the event before for g, days for t.",
        nullable=True,
    ),
    Column("centre", NUMBER, "Centre line, by weekday on days.", nullable=True),
    Column("low", NUMBER, "Lower limit at this point.", nullable=True),
    Column("high", NUMBER, "Upper limit at this point.", nullable=True),
    Column("variation", TEXT, "not_assessed, common_cause, special_cause_high or special_cause_low."),
    Column("rule", TEXT, "On weeks: outside_limits, trend, two_of_three or shift; else empty."),
    Column("phase_start", DATE, "First day of the phase that the limits belong to.", nullable=True),
    Column("is_baseline", FLAG, "Whether the point is of the frozen baseline."),
    Column("is_carried", FLAG, "Whether the limits are those of before a change of the detectors: a memory."),
)

LIKELIHOOD = declare(
    "likelihood",
    "The class of likelihood of a hazardous situation, by the upper bound of what was counted: a proposal.",
    ("deployment_id", "indicator_id", "window"),
    DEPLOYMENT_ID,
    INDICATOR_ID,
    Column("window", TEXT, "last_90_days, or since_version: since the model or prompt last changed."),
    Column("first_day", DATE, "First day of the window."),
    Column("last_day", DATE, "Last day of the window."),
    Column("numerator", NUMBER, "Conversations with the event, as detectors counted."),
    Column("denominator", NUMBER, "Conversations."),
    Column(
        "upper",
        NUMBER,
        "One-sided 95 % upper bound per conversation; where is_corrected, upper end of the corrected rate.",
        nullable=True,
    ),
    Column("lower", NUMBER, "The lower bound, likewise.", nullable=True),
    Column("level", TEXT, "Class of the upper bound: frequent, probable, occasional, remote or improbable."),
    Column("point_level", TEXT, "Class of the point estimate.", nullable=True),
    Column("lower_level", TEXT, "Class of the lower bound.", nullable=True),
    Column("evidence", TEXT, "established, bounded, not_demonstrated or no_exposure."),
    Column(
        "needed_exposure",
        COUNT,
        "Conversations without an event that would show the next better class.",
        nullable=True,
    ),
    Column(
        "is_corrected",
        FLAG,
        "Whether the corrected rate gives the class: its upper end is above that of the count.",
    ),
    Column("is_standing", FLAG, "Whether its class is the worse of both windows."),
    Column("is_suppressed", FLAG, "Whether its numbers are hidden wherever numbers leave."),
)

BRIDGE = declare(
    "bridge",
    "Two versions of the detectors on the same conversations: what a break owes to the detectors.",
    ("deployment_id", "signal_id", "old_version", "new_version", "is_trial"),
    DEPLOYMENT_ID,
    Column("signal_id", TEXT, "Signal of the taxonomy."),
    Column("old_version", TEXT, "Detectors that changed, as they were: detector@version, comma separated."),
    Column("new_version", TEXT, "The same as they became, or would become."),
    Column("is_trial", FLAG, "Tried beside what is live, for a decision."),
    Column("first_day", DATE, "First day that both versions scored."),
    Column("last_day", DATE, "Last such day."),
    Column("day_count", COUNT, "Days with a conversation that either flagged."),
    Column("both_count", COUNT, "Conversations that both flagged."),
    Column("old_count", COUNT, "Conversations that the old version flagged."),
    Column("new_count", COUNT, "Conversations that the new version flagged."),
    Column("agreement", NUMBER, "Positive agreement, 0-1; null if neither flagged any.", nullable=True),
    Column("ratio", NUMBER, "New rate over old; null where either flagged under ten.", nullable=True),
    Column("ci_low", NUMBER, "Lower 95 %: matched pairs, clustered by users.", nullable=True),
    Column("ci_high", NUMBER, "Upper 95 %.", nullable=True),
    Column("is_suppressed", FLAG, "Whether its numbers are hidden wherever numbers leave."),
)

MISS_RATE = declare(
    "miss_rate",
    "How much the sieve before a judge or a moderation endpoint misses, by a random sample, as that sees it.",
    ("deployment_id", "detector_id", "signal_id", "period", "period_start"),
    DEPLOYMENT_ID,
    Column("detector_id", TEXT, "Who read what was passed on and the sample; its word is no ground truth."),
    Column("signal_id", TEXT, "Signal of the taxonomy; acts of care are no matter of the sieve."),
    Column("period", TEXT, "month, or last_90_days: up to the newest day with data."),
    Column("period_start", DATE, "First day of the period."),
    Column("detector_version", TEXT, "Version of the detector; days of another one are left out."),
    Column(
        "sieve_version", TEXT, "The detectors before it and the turns beside a hit, in one word; the same."
    ),
    Column("first_day", DATE, "First day with both versions."),
    Column("last_day", DATE, "Last such day."),
    Column("day_count", COUNT, "Days that are counted."),
    Column(
        "left_out_day_count", COUNT, "Days of other versions, or on which nothing that was asked came back."
    ),
    Column(
        "state",
        TEXT,
        "estimated; bounded (no miss was seen: an upper end, no value); none_confirmed (nothing passed on is "
        "confirmed: a number of misses, no share); too_few_sampled; unanswered (over a tenth was not read).",
    ),
    Column(
        "numerator", NUMBER, "Messages missed, estimated: each seen one over its probability.", nullable=True
    ),
    Column("denominator", NUMBER, "These and the confirmed ones of what was passed on.", nullable=True),
    Column(
        "value", NUMBER, "Share of messages with the signal that the sieve did not pass on.", nullable=True
    ),
    Column(
        "ci_low", NUMBER, "Lower 95 %; of the messages of these days, not of days to come.", nullable=True
    ),
    Column("ci_high", NUMBER, "Upper 95 %.", nullable=True),
    Column("numerator_low", NUMBER, "Messages missed, lower 95 %.", nullable=True),
    Column("numerator_high", NUMBER, "Messages missed, upper 95 %.", nullable=True),
    Column("method", TEXT, "weighted_gamma (Fay-Feuer), census (all of the rest was read) or none."),
    Column(
        "passed_count", COUNT, "Messages passed on: over the sieve for any signal, or beside one that is."
    ),
    Column("confirmed_count", COUNT, "Of these, with the signal."),
    Column("rest_count", COUNT, "Messages not passed on, of whoever shows the signal."),
    Column("sampled_count", COUNT, "Of these, drawn at random and read."),
    Column("seen_count", COUNT, "Of these, with the signal: misses that were seen."),
    Column("unanswered_count", COUNT, "Messages that were to be read and were not."),
    Column("is_suppressed", FLAG, "Whether its numbers are hidden wherever numbers leave."),
)
