"""The cascade plan: which detector sees which messages, and who decides about a signal.

Read from `plan.yaml`, whole or not at all. Drawing the sample belongs in `selection.py`, applying the order
in `decision.py`.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipelines.errors import DefinitionError

PLAN = Path(__file__).parent / "plan.yaml"


class Sees(StrEnum):
    """Which messages a detector is given."""

    ALL = "all"
    """Every message."""
    SIEVE = "sieve"
    """What passes the sieve of the detectors before it, the turns beside it, and a sample of the rest."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Strict):
    """One detector's part."""

    detector: str
    sees: Sees
    is_basis: bool = False
    neighbours: Annotated[int, Field(ge=0, le=20)] = 1
    share: Annotated[float, Field(gt=0, le=1)] = 0.02
    """Of the messages that do not pass, the share that is drawn."""
    minimum: Annotated[int, Field(ge=0)] = 0
    """Of these, the messages expected to be drawn a deployment and day, if there are so many."""

    def describe(self) -> str:
        """In a sentence, for people."""
        if self.sees is Sees.ALL:
            return "every message of the roles it reads"
        return (
            f"messages that pass an earlier sieve, {self.neighbours} turns to each side, and a random "
            f"{self.share:.1%} of the rest (at least {self.minimum} a day)"
        )


class Plan(_Strict):
    """All steps, in the order in which they run, and who decides."""

    seed: int
    steps: tuple[Step, ...] = Field(min_length=1)
    order: dict[str, tuple[str, ...]]

    @model_validator(mode="after")
    def _is_consistent(self) -> Plan:
        names = [step.detector for step in self.steps]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"these detectors have two steps: {', '.join(repeated)}")
        if "default" not in self.order:
            raise ValueError("order needs a default")
        if not any(step.is_basis for step in self.steps):
            raise ValueError("no step is_basis, so no message would ever count as looked at")
        return self

    def order_of(self, signal_id: str) -> tuple[str, ...]:
        """Detectors in the order in which they decide about a signal."""
        return self.order.get(signal_id, self.order["default"])

    def place_of(self, detector_id: str, signal_id: str) -> int:
        """From 1; 0 if the detector never decides."""
        order = self.order_of(signal_id)
        return order.index(detector_id) + 1 if detector_id in order else 0

    @property
    def version(self) -> str:
        """Moves with everything that can move a count."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:8]


@cache
def load_plan(path: Path = PLAN) -> Plan:
    """The plan of a file.

    Raises:
        DefinitionError: it is not valid, with every problem.
    """
    try:
        return Plan.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise DefinitionError(f"The cascade plan {path.name} is not valid: {error}") from error


def make_plain_plan(detector_ids: tuple[str, ...]) -> Plan:
    """Every detector sees every message; the first named decides."""
    steps = tuple(Step(detector=name, sees=Sees.ALL, is_basis=True) for name in detector_ids)
    return Plan(seed=0, steps=steps, order={"default": detector_ids})
