"""The shape of the shipped content: signals, risks, checklist items, paper rows, regimes.

Pydantic models only; where the files lie and how they are read is `content`'s business. A field that people
write prose about is text; a field that code branches on is a closed vocabulary.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from risk_register.acceptability import Probability, Severity

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Level = Annotated[int, Field(ge=0, le=4)]


def check_unique(values: tuple[str, ...]) -> tuple[str, ...]:
    """The values, if none is named twice."""
    repeated = sorted({value for value in values if values.count(value) > 1})
    if repeated:
        raise ValueError(f"named twice: {', '.join(repeated)}")
    return values


Ids = Annotated[tuple[Id, ...], AfterValidator(check_unique)]


class Definition(BaseModel):
    """What all content has in common: unknown fields are refused, nothing changes after the load."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(Definition):
    """A definition that others point at by its id; each kind says what its ids look like."""

    id: str


class Polarity(StrEnum):
    """Which way a signal points."""

    USER_RISK = "user_risk"
    """The person may be at risk, or says something that sets the context of risk."""
    ASSISTANT_HARM = "assistant_harm"
    """The assistant did something that can hurt."""
    PROTECTIVE = "protective"
    """The assistant did something that can protect."""
    SYSTEM = "system"
    """An event of the product around the conversation, not a sentence in it."""


class Speaker(StrEnum):
    """Whose record carries a signal; the first letter of its id says it."""

    USER = "user"
    ASSISTANT = "assistant"
    EVENT = "event"


JUDGE = "judge"
"""The detector that asks a large model."""
KNOWN_ERROR = frozenset({"validated", "limited"})
"""Badges of detectors whose error people have measured."""


class Signal(Entry):
    """Something that a detector looks for."""

    id: Annotated[str, StringConstraints(pattern=r"^[uaps]_[a-z0-9]+(_[a-z0-9]+)*$")]
    title: Text
    polarity: Polarity
    family: Id
    definition: Text
    minimum_level: Level
    maximum_level: Level
    is_optional: bool = False
    needs_judge: bool = False
    """A matter of meaning: phrases find single cases, never a rate. A person or a large model sees it."""
    rules: Text
    source: Text

    @property
    def speaker(self) -> Speaker:
        """Whose record carries the signal."""
        return {"u": Speaker.USER, "s": Speaker.EVENT}.get(self.id[0], Speaker.ASSISTANT)

    def is_measured_by(self, detector_id: str, badge: str) -> bool:
        """Whether a detector's findings may become a number: phrases alone may not, where meaning counts."""
        return not self.needs_judge or detector_id == JUDGE or badge in KNOWN_ERROR

    @model_validator(mode="after")
    def _check_levels(self) -> Signal:
        if self.minimum_level > self.maximum_level:
            raise ValueError(
                f"minimum_level {self.minimum_level} is above maximum_level {self.maximum_level}"
            )
        return self


class Taxonomy(Definition):
    """All signals, under one version that every finding carries."""

    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    signals: tuple[Signal, ...]

    def signal(self, signal_id: str) -> Signal:
        """The signal of this id; KeyError if there is none."""
        found = {signal.id: signal for signal in self.signals}
        return found[signal_id]


class Kri(Definition):
    """A key risk indicator: an indicator and a slice of it, never a number."""

    indicator: Id
    slice: Id = "all"
    slice_value: Text = "all"


class Rating(Definition):
    """A severity and a probability class."""

    severity: Severity
    probability: Probability


class Risk(Entry):
    """A starter risk; what a deployment makes of it lives in the store."""

    id: Id
    reference: Annotated[str, StringConstraints(pattern=r"^R-\d\d$")]
    title: Text
    cause: Text
    event: Text
    consequence: Text
    inherent: Rating
    kris: tuple[Kri, ...]
    controls: tuple[Text, ...]
    checklist_items: Ids
    paper_rows: tuple[str, ...] = ()
    """Filled on load from the paper map, which holds the link."""
    note: str = ""

    @property
    def statement(self) -> str:
        """Cause -> event -> consequence, in one line."""
        return f"{self.cause} -> {self.event} -> {self.consequence}"


class Stage(StrEnum):
    """When in the life of a deployment a checklist item is asked."""

    DEVELOPMENT = "development"
    PRE_DEPLOYMENT = "pre_deployment"
    DEPLOYMENT = "deployment"
    ONGOING = "ongoing"


class ChecklistItem(Entry):
    """A question of the ethics checklist, and the indicators that can contradict the answer."""

    id: Id
    reference: Annotated[str, StringConstraints(pattern=r"^EC-\d\d[a-z]?$")]
    stage: Stage
    question: Text
    evidence_expected: Text
    cadence: Text
    source: Text
    contradicting_indicators: Ids = ()
    note: str = ""


class PaperGroup(StrEnum):
    """Which part of the source paper a row comes from."""

    OPPORTUNITY = "opportunity"
    RISK = "risk"
    RECOMMENDATION = "recommendation"


class Confidence(StrEnum):
    """How a statement about the source was checked."""

    VERIFIED = "verified"
    """Read in the source named."""
    VERIFIED_AREA = "verified_area"
    """The heading was read, the detail is from memory."""
    SECONDARY = "secondary"
    """Read in a summary by others, not in the primary text."""
    FROM_MEMORY = "from_memory"
    """Not checked; a hypothesis until somebody opens the primary text."""


class PaperRow(Entry):
    """An element of the source paper and where this system answers it."""

    id: Annotated[str, StringConstraints(pattern=r"^(OPP-(EDU|ASM|INT)-\d|RISK-\d[a-e]?|MIT-\d{1,2})$")]
    heading: Text
    group: PaperGroup
    confidence: Confidence
    observed_in_logs: Text
    indicators: Ids = ()
    checklist_items: Ids = ()
    risks: Ids = ()


class Duty(Definition):
    """One thing a regime asks for, and what shows it."""

    duty: Text
    indicators: Ids = ()
    report: Text | None = None
    effective_from: dt.date | None = None
    """When it differs from the regime's own date."""


class Clock(Definition):
    """By when an incident of a nature has to be reported, counted from the moment somebody first knew."""

    nature: Literal["serious_harm", "death", "widespread"]
    days: Annotated[int, Field(ge=1)]
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None
    """When they differ from the regime's own dates."""


class Regime(Entry):
    """A law, guidance or framework, as dated data. It is a working aid, not legal advice."""

    id: Id
    title: Text
    jurisdiction: Annotated[str, StringConstraints(pattern=r"^([A-Z]{2}(-[A-Z]{2})?|INT)$")]
    force: Literal["law", "guidance", "voluntary"]
    effective_from: dt.date | None
    effective_to: dt.date | None
    zone: Text
    duties: tuple[Duty, ...]
    clocks: tuple[Clock, ...] = ()
    penalty: Text | None
    confidence: Confidence
    verified_on: dt.date
    verify_again_by: dt.date
    source: Text
    open_questions: tuple[Text, ...] = ()

    def why_not_issue(self, as_of: dt.date) -> str | None:
        """Why no statutory report may be issued on this text that day; None if it may."""
        if self.confidence is not Confidence.VERIFIED:
            return f"{self.id}: the primary text is not confirmed ({self.confidence}). Read {self.source}."
        return self.why_too_old(as_of)

    def why_too_old(self, as_of: dt.date) -> str | None:
        """Why its text has to be read again before anything leaves on it; None if that is not due yet."""
        if as_of > self.verify_again_by:
            return f"{self.id}: last verified on {self.verified_on}, due again by {self.verify_again_by}."
        return None
