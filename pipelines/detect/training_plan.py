"""What a model is trained on and for: sources with licence and words, heads, and the rule for thresholds."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from pipelines.definition_file import InvalidFileError, open_definition
from pipelines.errors import DefinitionError
from pipelines.reviewed_text import REVIEWS
from risk_register.content import load_taxonomy

PLAN = Path(__file__).parent / "training.yaml"
MADE = "sentences of our own"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GradedPlan(_Frozen):
    """A label that says how grave a text is, and its values that count as grave; the others are not."""

    label: str
    grave: tuple[str, ...] = Field(min_length=1)


class HeadPlan(_Frozen):
    """A question that a head is to answer."""

    name: str
    signal_id: str
    role: str
    level: int = Field(ge=0, le=4)
    label: str
    trust: float = Field(default=1.0, gt=0, le=1)
    """How freely the rules' evidence may weigh beside the n-grams; below 1 it is held back."""
    leeway: float | None = Field(default=None, ge=0)
    """How far, in log odds, a later head of a signal may score above the first; null: as far as it likes."""
    stretch: float = Field(default=1.0, gt=0, le=1)
    """How much is kept of what it scores above the alert."""
    contrast: float = Field(default=1.0, ge=1)
    """How much more rows that the signal's first head is about weigh when a later head's logit joins the
    evidence: to tell the grave from the mild is its work, and most rows are neither.
    """
    graded: GradedPlan | None = None
    """Read a second time among graded texts alone, for what sets the grave apart from the rest of them."""


class SourcePlan(_Frozen):
    """One file, and how its rows are read."""

    name: str
    file: str
    licence: str
    words: str
    weight: float = Field(gt=0)
    is_ours: bool = False
    """Made for this project: the file lies in `detectors/linear/written/`, not below a folder of data."""
    is_measured: bool = True
    """Not where rules were written by these very texts: their evidence is too good there, so that such rows
    teach n-grams only.
    """
    is_distress: bool = False
    tune: bool = False
    read_context: bool = False
    labels: str | None = None
    """A file of labels of our own in `detectors/linear/labels/`: only rows that it labels are read."""
    where: dict[str, int] = {}
    leave_out: dict[str, tuple[str, ...]] = {}
    presume: tuple[str, ...] = ()
    keeps_first_copy: bool = False
    """Of its texts the first copy stays as it is, though a later one has a label that this one lacks: so the
    shipped weights were fitted. Not part of the digest, for they were named before it was asked.
    """
    guards: str | None = None
    """The kind of ordinary text that its presumed negatives stand for, when thresholds are chosen."""

    @field_validator("name")
    @classmethod
    def _is_free(cls, name: str) -> str:
        if name in (MADE, REVIEWS):
            raise ValueError(f"a source cannot be called {name}: that means something else")
        return name


class TrainingPlan(_Frozen):
    """All of it."""

    seed: int
    folds: int = Field(ge=2)
    made_per_family: int = Field(ge=0)
    made_weight: float = Field(gt=0)
    heads: tuple[HeadPlan, ...] = Field(min_length=1)
    implied: dict[str, tuple[str, ...]] = {}
    alarming: str
    sources: tuple[SourcePlan, ...] = Field(min_length=1)
    alert_limits: dict[str, float]
    sieve_limits: dict[str, float]
    sieve_recall: float = Field(gt=0, le=1)

    def without(self, names: tuple[str, ...]) -> TrainingPlan:
        """The plan with these sources left out.

        Raises:
            DefinitionError: there is no such source, or none would be left.
        """
        known = {source.name for source in self.sources}
        if unknown := sorted(set(names) - known):
            raise DefinitionError(
                f"No source is called {', '.join(unknown)}. There are: {', '.join(sorted(known))}."
            )
        kept = tuple(source for source in self.sources if source.name not in names)
        if not kept:
            raise DefinitionError("No source is left to train on.")
        return self.model_copy(update={"sources": kept})

    @property
    def digest(self) -> str:
        """Changes with anything in the plan but `keeps_first_copy`."""
        content = self.model_dump_json(exclude={"sources": {"__all__": {"keeps_first_copy"}}})
        return hashlib.sha256(content.encode()).hexdigest()[:8]


def load_training_plan(path: Path = PLAN) -> TrainingPlan:
    """The plan of a file.

    Raises:
        InvalidFileError: it is not valid, or a head is for a signal that is not there; every problem with its
            line.
    """
    file = open_definition(path)
    plan = file.read(TrainingPlan)
    known = [signal.id for signal in load_taxonomy().signals]
    problems = [
        file.problem(
            ("heads", number, "signal_id"),
            f"the taxonomy has no signal {head.signal_id}; allowed: {', '.join(known)}",
        )
        for number, head in enumerate(plan.heads)
        if head.signal_id not in known
    ]
    try:
        re.compile(plan.alarming)
    except re.error as error:
        problems.append(file.problem(("alarming",), str(error)))
    if problems:
        raise InvalidFileError(problems)
    return plan
