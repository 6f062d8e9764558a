"""What a rule file may say: patterns by signal, guards and macros of a language, sentences that prove them.

Shipped files and an operator's own have the same shape. Reading and compiling them is in `rulebook.py`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pipelines.detect.detector import Subject, Time
from pipelines.detect.detectors.lexicon.severity import Facet


class Effect(StrEnum):
    """What a guard does to a hit."""

    DROP = "drop"
    OTHER = "other"
    FICTIONAL = "fictional"
    PAST = "past"
    RECENT = "recent"
    THOUGHT = "thought"
    """What would show an intention, or a time, shows no more than the thought of a way."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Guard(_Strict):
    """A test of what stands around a hit; rules of `signals` (and `facets`) have it without naming it."""

    effect: Effect
    pattern: str
    before: int = Field(default=0, ge=0, le=400)
    after: int = Field(default=0, ge=0, le=400)
    unless: str | None = None
    look_on: int = Field(default=0, ge=0, le=100)
    """How far past the hit `unless` looks where the pattern looks behind only."""
    is_quotation: bool = False
    within_sentence: bool = False
    signals: tuple[str, ...] = ()
    facets: tuple[Facet, ...] = ()
    reason: str


class Near(_Strict):
    """Something that must stand within so many characters of a hit."""

    pattern: str
    chars: int = Field(ge=1, le=300)


class Rule(_Strict):
    """One pattern, what it shows, and our own sentences for and against it."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_.]+$")
    pattern: str
    weight: float = Field(default=0.8, gt=0, lt=1)
    level: int | None = Field(default=None, ge=0, le=4)
    facet: Facet | None = None
    subject: Subject = Subject.SELF
    time: Time = Time.CURRENT
    guards: tuple[str, ...] | None = None
    near: Near | None = None
    positive: tuple[str, ...] = Field(min_length=1)
    negative: tuple[str, ...] = Field(min_length=1)


class SignalRules(_Strict):
    """The rules of one signal; `guards` apply to each rule that names no others."""

    level: int = Field(default=0, ge=0, le=4)
    guards: tuple[str, ...] = ()
    rules: tuple[Rule, ...]


class LanguageFile(_Strict):
    """`language.yaml` of a folder: what all rules of the language share."""

    language: str = Field(pattern=r"^[a-z]{2}$")
    macros: dict[str, str] = {}
    guards: dict[str, Guard] = {}


class RuleFile(_Strict):
    """One file of rules: the role it reads, who answers for it, and rules by signal."""

    role: Literal["user", "assistant"]
    drafted_by: str
    checked_by: str | None
    signals: dict[str, SignalRules]
