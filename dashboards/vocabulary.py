"""Marks of what was judged or decided: alarms, groups, drift, incidents, appetites.

Like every mark a word first, a shape second, a colour third; what marks are made of is in `theme`.
"""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.theme import Mark, Shape, Tone

ALARM_MARKS: Mapping[str, Mark] = {
    "alarm": Mark("alarm", Shape.OCTAGON, Tone.CONCERN, "The evidence is past its threshold."),
    "watch": Mark("watch", Shape.TRIANGLE, Tone.CAUTION, "Evidence is gathering; not past the threshold."),
    "acknowledged": Mark("acknowledged", Shape.HALF, Tone.UNKNOWN, "A person has seen it."),
    "resolved": Mark("resolved", Shape.DISC, Tone.CALM, "The data no longer support it."),
}

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

APPETITE_MARKS: Mapping[str, Mark] = {
    "approved": Mark("approved", Shape.DISC, Tone.CALM, "Proposed by one person, approved by another."),
    "placeholder": Mark(
        "placeholder", Shape.QUESTION, Tone.UNKNOWN, "Ships with the indicator; nobody has approved it here."
    ),
    "unset": Mark("no limit", Shape.RING, Tone.UNKNOWN, "Nobody has proposed a limit."),
    "context": Mark("context", Shape.DASH, Tone.QUIET, "Neither side is bad, so no limit applies."),
}

REPORT_MARKS: Mapping[str, Mark] = {
    "draft": Mark("draft", Shape.HALF, Tone.CAUTION, "Built, and approved by nobody."),
    "approved": Mark("approved", Shape.DIAMOND, Tone.CALM, "Approved by a person, not yet issued."),
    "issued": Mark("issued", Shape.DISC, Tone.CALM, "Issued; it does not change any more."),
    "unknown": Mark("status unknown", Shape.QUESTION, Tone.UNKNOWN, "The manifest names no known status."),
}
