"""How states look and what they are called: words, shapes, tones, and the two palettes.

Every closed vocabulary that a page shows has its mark here: a word first, a shape second, a colour
third. No page, figure or component names a colour or words a state of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Scheme(StrEnum):
    """Which of the two palettes a reader chose."""

    LIGHT = "light"
    DARK = "dark"


class Tone(StrEnum):
    """The few colours that carry meaning; orange and blue are told apart by most colour-blind readers."""

    CONCERN = "concern"
    CAUTION = "caution"
    CALM = "calm"
    UNKNOWN = "unknown"
    QUIET = "quiet"


class Shape(StrEnum):
    """A drawing in assets/marks.css; no two states of one vocabulary share one."""

    OCTAGON = "octagon"
    TRIANGLE = "triangle"
    DISC = "disc"
    QUESTION = "question"
    RING = "ring"
    DASH = "dash"
    ARROW_UP = "arrow-up"
    ARROW_DOWN = "arrow-down"
    WAVE = "wave"
    DOTS = "dots"
    ZERO = "zero"
    CROSS = "cross"
    BARS = "bars"
    CLOCK = "clock"
    STRIPES = "stripes"
    HALF = "half"
    DIAMOND = "diamond"


class Status(StrEnum):
    """Level against appetite, from best known to worst; unknown is never ranked with good."""

    NOT_APPLICABLE = "not_applicable"
    WITHIN = "within"
    NO_APPETITE_SET = "no_appetite_set"
    INSUFFICIENT_DATA = "insufficient_data"
    WATCH = "watch"
    BREACH = "breach"


class Variation(StrEnum):
    """Change against the indicator's own history."""

    NOT_ASSESSED = "not_assessed"
    COMMON_CAUSE = "common_cause"
    SPECIAL_CAUSE_HIGH = "special_cause_high"
    SPECIAL_CAUSE_LOW = "special_cause_low"


class Absence(StrEnum):
    """Why a number is missing or must be read with care; each has a mark of its own."""

    NONE = "none"
    NOT_MEASURED = "not_measured"
    SUPPRESSED = "suppressed"
    LATE = "late"
    UNSCORED = "unscored"
    PARTIAL = "partial"
    WAITING = "waiting"
    FAILED = "failed"
    RESTATED = "restated"


class Direction(StrEnum):
    """Which way of an indicator is good."""

    LOWER_IS_BETTER = "lower_is_better"
    HIGHER_IS_BETTER = "higher_is_better"
    NEITHER = "neither"


@dataclass(frozen=True)
class Mark:
    """A word, a shape and a tone for one state, with a sentence that explains it."""

    word: str
    shape: Shape
    tone: Tone
    sentence: str


STATUS_MARKS: Mapping[Status, Mark] = {
    Status.NOT_APPLICABLE: Mark(
        "not applicable", Shape.DASH, Tone.QUIET, "No limit applies; the number is context."
    ),
    Status.WITHIN: Mark("within", Shape.DISC, Tone.CALM, "Inside the approved appetite."),
    Status.NO_APPETITE_SET: Mark(
        "no appetite set",
        Shape.QUESTION,
        Tone.UNKNOWN,
        "Nobody has approved an appetite here yet, or only one that no value can pass; so nothing is judged.",
    ),
    Status.INSUFFICIENT_DATA: Mark(
        "insufficient data", Shape.RING, Tone.UNKNOWN, "Too few cases, or too few of them scored, to judge."
    ),
    Status.WATCH: Mark(
        "watch", Shape.TRIANGLE, Tone.CAUTION, "Past the watch limit, not past the breach limit."
    ),
    Status.BREACH: Mark(
        "breach", Shape.OCTAGON, Tone.CONCERN, "Past the breach limit of the approved appetite."
    ),
}

STATUS_RANK: Mapping[Status, int] = {status: rank for rank, status in enumerate(Status)}

ABSENCE_MARKS: Mapping[Absence, Mark] = {
    Absence.NONE: Mark("no cases", Shape.ZERO, Tone.QUIET, "Measured, and there was nothing to count."),
    Absence.NOT_MEASURED: Mark(
        "not measured", Shape.CROSS, Tone.UNKNOWN, "The data that this indicator needs are not delivered."
    ),
    Absence.SUPPRESSED: Mark(
        "small cell",
        Shape.BARS,
        Tone.UNKNOWN,
        "Few enough to point at a person: hidden wherever numbers leave.",
    ),
    Absence.LATE: Mark(
        "late",
        Shape.CLOCK,
        Tone.CAUTION,
        "Data that should have come have not, or the newest complete period has no value yet.",
    ),
    Absence.UNSCORED: Mark(
        "partly unscored",
        Shape.STRIPES,
        Tone.CAUTION,
        "Detectors did not score every unit; unscored is not safe.",
    ),
    Absence.PARTIAL: Mark(
        "partial", Shape.HALF, Tone.UNKNOWN, "The period has not ended, or less came than is usual."
    ),
    Absence.WAITING: Mark(
        "not computed", Shape.RING, Tone.CAUTION, "Days of it came and are not in the number yet."
    ),
    Absence.FAILED: Mark(
        "data failed",
        Shape.TRIANGLE,
        Tone.CONCERN,
        "Days of it are held by a stop rule, or were not scored; what they hold is not in the number.",
    ),
    Absence.RESTATED: Mark(
        "restated",
        Shape.DIAMOND,
        Tone.UNKNOWN,
        "Records that came more than a week late changed it after it was shown.",
    ),
}

READINESS_MARKS: Mapping[str, Mark] = {
    "ready": Mark("ready", Shape.DISC, Tone.CALM, "Everything it needs is delivered."),
    "partial": Mark("partly ready", Shape.HALF, Tone.CAUTION, "It is counted, with something missing."),
    "not_ready": Mark("not ready", Shape.CROSS, Tone.UNKNOWN, "It cannot be counted yet."),
}

CHECKLIST_MARKS: Mapping[str, Mark] = {
    "not_started": Mark("not started", Shape.RING, Tone.UNKNOWN, "Nobody has begun."),
    "in_progress": Mark("in progress", Shape.HALF, Tone.UNKNOWN, "Begun, not attested."),
    "met": Mark("met", Shape.DISC, Tone.CALM, "Attested with evidence."),
    "met_with_exceptions": Mark(
        "met with exceptions", Shape.DIAMOND, Tone.CAUTION, "Attested with evidence and named exceptions."
    ),
    "not_met": Mark("not met", Shape.OCTAGON, Tone.CONCERN, "Attested as not met."),
    "not_applicable": Mark("not applicable", Shape.DASH, Tone.QUIET, "Does not apply, with a reason."),
}
CONTRADICTED = Mark(
    "contradicted by data",
    Shape.TRIANGLE,
    Tone.CONCERN,
    "An indicator that speaks against this item is in breach.",
)
EVIDENCE_WITHDRAWN = Mark(
    "evidence withdrawn",
    Shape.OCTAGON,
    Tone.CONCERN,
    "Attested as met, and nothing that is in use shows it: its evidence was withdrawn, or is not kept here.",
)
OVERDUE = Mark("overdue", Shape.CLOCK, Tone.CAUTION, "The date by which a person must act has passed.")
HELD = Mark("held", Shape.BARS, Tone.CAUTION, "A stop rule holds these data back until someone looks.")
WAITING = Mark("waiting", Shape.HALF, Tone.CAUTION, "A second person must decide.")

ACCEPTABILITY_MARKS: Mapping[str, Mark] = {
    "acceptable": Mark(
        "acceptable", Shape.DISC, Tone.CALM, "By the matrix, no further reduction is required."
    ),
    "investigate": Mark(
        "investigate", Shape.TRIANGLE, Tone.CAUTION, "By the matrix, reduce as far as possible."
    ),
    "unacceptable": Mark(
        "unacceptable", Shape.OCTAGON, Tone.CONCERN, "By the matrix, not acceptable as it is."
    ),
}

BADGE_MARKS: Mapping[str, Mark] = {
    "validated": Mark("validated", Shape.DISC, Tone.CALM, "Its error is known from labelled data."),
    "limited": Mark(
        "limited", Shape.HALF, Tone.CAUTION, "Its error is known for some languages or a small sample."
    ),
    "unvalidated": Mark("unvalidated", Shape.QUESTION, Tone.UNKNOWN, "Its error is not known."),
}


def mark_variation(variation: Variation, direction: Direction) -> Mark:
    """The mark of a variation; whether a special cause is good depends on the indicator's direction."""
    if variation is Variation.NOT_ASSESSED:
        return Mark("not assessed", Shape.DOTS, Tone.QUIET, "Too little history to say what is usual.")
    if variation is Variation.COMMON_CAUSE:
        return Mark("usual variation", Shape.WAVE, Tone.QUIET, "Moves as it has moved before.")
    is_high = variation is Variation.SPECIAL_CAUSE_HIGH
    shape, side = (Shape.ARROW_UP, "higher") if is_high else (Shape.ARROW_DOWN, "lower")
    if direction is Direction.NEITHER:
        return Mark(f"{side} than usual", shape, Tone.UNKNOWN, f"Special cause: {side} than its own history.")
    is_good = is_high is (direction is Direction.HIGHER_IS_BETTER)
    verdict, tone = ("better", Tone.CALM) if is_good else ("worse", Tone.CONCERN)
    return Mark(
        f"{side}, {verdict}", shape, tone, f"Special cause: {side} than its own history, and {verdict}."
    )


@dataclass(frozen=True)
class Palette:
    """Colours of one scheme, for figures; assets/tokens.css holds the same for everything else."""

    surface: str
    ink: str
    muted: str
    line: str
    band: str
    gap: str
    tones: Mapping[Tone, str]


FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"

PALETTES: Mapping[Scheme, Palette] = {
    Scheme.LIGHT: Palette(
        surface="#ffffff",
        ink="#172333",
        muted="#5a6779",
        line="#dde3ea",
        band="rgba(36, 99, 165, 0.16)",
        gap="rgba(90, 103, 121, 0.13)",
        tones={
            Tone.CONCERN: "#b4460a",
            Tone.CAUTION: "#8f5a00",
            Tone.CALM: "#1d5fa3",
            Tone.UNKNOWN: "#5a6779",
            Tone.QUIET: "#5a6779",
        },
    ),
    Scheme.DARK: Palette(
        surface="#151d28",
        ink="#e7edf4",
        muted="#9dabbc",
        line="#2c3847",
        band="rgba(120, 178, 238, 0.20)",
        gap="rgba(157, 171, 188, 0.14)",
        tones={
            Tone.CONCERN: "#ff9a5c",
            Tone.CAUTION: "#f0bd5a",
            Tone.CALM: "#78b2ee",
            Tone.UNKNOWN: "#9dabbc",
            Tone.QUIET: "#9dabbc",
        },
    ),
}


def rank_status(status: Status) -> int:
    """Order for lists: the worst first when sorted in reverse."""
    return STATUS_RANK[status]
