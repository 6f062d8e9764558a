"""Marks of what was judged or decided: alarms, groups, drift, incidents, appetites.

Like every mark a word first, a shape second, a colour third; what marks are made of is in `theme`.
"""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.theme import Mark, Shape, Tone
from methods.miss_rate import MissState
from methods.miss_words import MISS_WORDS

ALARM_MARKS: Mapping[str, Mark] = {
    "alarm": Mark("alarm", Shape.OCTAGON, Tone.CONCERN, "The evidence is past its threshold."),
    "watch": Mark("watch", Shape.TRIANGLE, Tone.CAUTION, "Evidence is gathering; not past the threshold."),
    "acknowledged": Mark("acknowledged", Shape.HALF, Tone.UNKNOWN, "A person has seen it."),
    "passed": Mark(
        "passed, unexplained",
        Shape.QUESTION,
        Tone.UNKNOWN,
        "The data no longer support it, and nobody has said what it was.",
    ),
    "resolved": Mark("resolved", Shape.DISC, Tone.CALM, "A person said what it was."),
}

RESOLUTION_WORDS: Mapping[str, str] = {
    "true": "true",
    "false": "false: chance",
    "data": "a fault of the data",
    "expected": "expected",
    "passed": "passed; nobody has said what it was",
}

STREAM_MARKS: Mapping[str, Mark] = {
    "on": Mark("yes", Shape.OCTAGON, Tone.CONCERN, "An alarm of it calls a person."),
    "list": Mark("no, a list", Shape.DASH, Tone.QUIET, "Its alarms are shown and call nobody."),
}

FINDING_MARKS: Mapping[str, Mark] = {
    "unconfirmed": Mark(
        "unconfirmed", Shape.OCTAGON, Tone.CONCERN, "A detector found it; nobody has looked."
    ),
    "confirmed": Mark("confirmed", Shape.DIAMOND, Tone.CAUTION, "A person looked, and an incident is open."),
    "not_confirmed": Mark("not confirmed", Shape.DISC, Tone.CALM, "A person looked, and it is not so."),
}

NEEDS_EYES = Mark(
    "needs eyes",
    Shape.OCTAGON,
    Tone.CONCERN,
    "Grave findings that a detector made and nobody looked at.",
)
UNTAKEN = Mark("calls untaken", Shape.RING, Tone.CAUTION, "Calls that nobody has taken.")

NOTICE_MARKS: Mapping[str, Mark] = {
    "queued": Mark("waits to be sent", Shape.RING, Tone.CAUTION, "No server has taken it yet."),
    "failed": Mark("not sent", Shape.OCTAGON, Tone.CONCERN, "Every way refused so far; it is tried again."),
    "sent": Mark("sent", Shape.HALF, Tone.UNKNOWN, "A server took it; nobody has acknowledged it."),
    "acknowledged": Mark("acknowledged", Shape.DISC, Tone.CALM, "A person has it."),
}

MISS_SHAPES: Mapping[MissState, tuple[Shape, Tone]] = {
    MissState.ESTIMATED: (Shape.DIAMOND, Tone.QUIET),
    MissState.BOUNDED: (Shape.HALF, Tone.CAUTION),
    MissState.NONE_CONFIRMED: (Shape.RING, Tone.UNKNOWN),
    MissState.TOO_FEW_SAMPLED: (Shape.QUESTION, Tone.UNKNOWN),
    MissState.UNANSWERED: (Shape.CROSS, Tone.UNKNOWN),
}
MISS_MARKS: Mapping[str, Mark] = {
    state: Mark(MISS_WORDS[state].word, shape, tone, MISS_WORDS[state].sentence)
    for state, (shape, tone) in MISS_SHAPES.items()
}
NO_SAMPLE = Mark("unknown", Shape.QUESTION, Tone.UNKNOWN, "Nobody has read a sample of what is passed over.")

EQUITY_MARKS: Mapping[str, Mark] = {
    "equivalent": Mark(
        "alike in practice", Shape.DISC, Tone.CALM, "The whole interval lies within 0.8 to 1.25."
    ),
    "different": Mark(
        "different",
        Shape.OCTAGON,
        Tone.CONCERN,
        "The whole interval lies outside 0.8 to 1.25, and the detector's error cannot explain it.",
    ),
    "measurement_cannot_separate": Mark(
        "measurement cannot separate",
        Shape.STRIPES,
        Tone.CAUTION,
        "Flags differ, but a detector that errs differently between groups could do that alone.",
    ),
    "not_assessable": Mark(
        "not assessable",
        Shape.RING,
        Tone.UNKNOWN,
        "Too few cases, or an interval that reaches from inside the band to outside. This is a finding.",
    ),
}

DRIFT_MARKS: Mapping[str, Mark] = {
    "reference": Mark("reference", Shape.DASH, Tone.QUIET, "One of the weeks that others are compared with."),
    "stable": Mark("stable", Shape.DISC, Tone.CALM, "Not further away than matters and than weeks differ."),
    "moved": Mark(
        "moved",
        Shape.TRIANGLE,
        Tone.CAUTION,
        "Further away than the practical threshold and than reference weeks are from each other.",
    ),
    "insufficient_data": Mark("insufficient data", Shape.RING, Tone.UNKNOWN, "Too few messages to say."),
}

INCIDENT_MARKS: Mapping[str, Mark] = {
    "open": Mark("open", Shape.OCTAGON, Tone.CONCERN, "Not concluded."),
    "closed": Mark("closed", Shape.DISC, Tone.CALM, "Concluded, and confirmed by a second person."),
}

NO_REVIEWER = Mark(
    "no reviewer",
    Shape.CROSS,
    Tone.CAUTION,
    "Nobody has said that they read this language; it stays unlabelled.",
)

REPORT_DECISION_MARKS: Mapping[str, Mark] = {
    "undecided": Mark("undecided", Shape.QUESTION, Tone.CAUTION, "Nobody has decided whether to report it."),
    "reportable": Mark(
        "reportable", Shape.OCTAGON, Tone.CONCERN, "A person decided that it is to be reported."
    ),
    "not_reportable": Mark(
        "not reportable", Shape.DASH, Tone.QUIET, "A person decided that it is not, and said why."
    ),
}

HOLD_MARKS: Mapping[str, Mark] = {
    "asked_for": Mark(
        "asked for",
        Shape.HALF,
        Tone.CAUTION,
        "It protects already; a second person approves it within a week.",
    ),
    "approved": Mark(
        "approved", Shape.DISC, Tone.CALM, "Retention and erasure leave it alone until its day."
    ),
    "release_asked": Mark(
        "release asked for",
        Shape.HALF,
        Tone.CAUTION,
        "It protects until a second person confirms its release, and stays if nobody does within a week.",
    ),
    "released": Mark("released", Shape.DASH, Tone.QUIET, "It protects nothing any more."),
    "expired": Mark("expired", Shape.CLOCK, Tone.UNKNOWN, "Its day has passed, or nobody approved it."),
}

APPETITE_MARKS: Mapping[str, Mark] = {
    "approved": Mark("approved", Shape.DISC, Tone.CALM, "Proposed by one person, approved by another."),
    "placeholder": Mark(
        "placeholder", Shape.QUESTION, Tone.UNKNOWN, "Ships with the indicator; nobody has approved it here."
    ),
    "unset": Mark("no limit", Shape.RING, Tone.UNKNOWN, "Nobody has proposed a limit."),
    "context": Mark("context", Shape.DASH, Tone.QUIET, "Neither side is bad, so no limit applies."),
}

DATA_STATE_MARKS: Mapping[str, Mark] = {
    "complete": Mark("complete", Shape.DISC, Tone.CALM, "Everything that is usual came and was scored."),
    "quiet": Mark("quiet", Shape.DASH, Tone.QUIET, "No data, as is usual on this weekday."),
    "restated": Mark(
        "restated", Shape.DIAMOND, Tone.UNKNOWN, "Records that came more than a week late changed it."
    ),
    "partial": Mark(
        "partial", Shape.HALF, Tone.CAUTION, "Still running, far fewer rows than usual, or read in part."
    ),
    "late": Mark("late", Shape.CLOCK, Tone.CAUTION, "Data that should have come have not."),
    "waiting": Mark("waiting", Shape.RING, Tone.CAUTION, "It came, and no run has counted it yet."),
    "failed": Mark("failed", Shape.TRIANGLE, Tone.CONCERN, "Held by a stop rule, or not scored."),
}

DATA_ALERT_MARKS: Mapping[str, Mark] = {
    "silence": Mark("silence", Shape.CLOCK, Tone.CONCERN, "No data on days that usually have some."),
    "volume_drop": Mark("drop", Shape.ARROW_DOWN, Tone.CONCERN, "Far less than the weekday usually brings."),
    "volume_rise": Mark("rise", Shape.ARROW_UP, Tone.CAUTION, "Far more than the weekday usually brings."),
    "held_day": Mark("held", Shape.OCTAGON, Tone.CONCERN, "A stop rule holds the day; it is not scored."),
    "not_scored": Mark("not scored", Shape.TRIANGLE, Tone.CONCERN, "Detectors did not read the day."),
    "not_computed": Mark("not computed", Shape.RING, Tone.CONCERN, "A run left the day out."),
    "broken_delivery": Mark("broken file", Shape.CROSS, Tone.CONCERN, "A file could not be read to its end."),
    "nothing_accepted": Mark(
        "nothing accepted", Shape.CROSS, Tone.CONCERN, "Records came; none could be read."
    ),
    "many_rejected": Mark("many rejected", Shape.BARS, Tone.CONCERN, "Much of a delivery could not be read."),
    "clock_skew": Mark("clock skew", Shape.HALF, Tone.CAUTION, "Messages are dated after their delivery."),
    "out_of_order": Mark("out of order", Shape.WAVE, Tone.CAUTION, "Numbers and times of turns disagree."),
    "field_lost": Mark(
        "field lost", Shape.RING, Tone.CAUTION, "A field is given far less often than before."
    ),
    "restatement": Mark(
        "restatement", Shape.DIAMOND, Tone.UNKNOWN, "Late records changed days shown before."
    ),
}

SEVERITY_MARKS: Mapping[str, Mark] = {
    "stop": Mark("stop", Shape.OCTAGON, Tone.CONCERN, "A day that misses it is not scored."),
    "tell": Mark("tell", Shape.RING, Tone.UNKNOWN, "A day that misses it is scored, and marked."),
}

REPORT_MARKS: Mapping[str, Mark] = {
    "draft": Mark("draft", Shape.HALF, Tone.CAUTION, "Built, and submitted by nobody."),
    "submitted": Mark("submitted", Shape.CLOCK, Tone.CAUTION, "Waits for a second person to approve it."),
    "approved": Mark("approved", Shape.DIAMOND, Tone.CALM, "Approved by a person, not yet issued."),
    "issued": Mark("issued", Shape.DISC, Tone.CALM, "Issued; it does not change any more."),
    "filed": Mark("filed", Shape.BARS, Tone.CALM, "The receiver has it."),
}
