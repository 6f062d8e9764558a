"""Which extras a home has switched on: `<home>/definitions/detectors.yaml`. Without the file there are none.

A file that is not valid stops detection: nobody should believe that a judge looks when it does not.
"""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.detect.canary import CanarySettings
from pipelines.detect.cascade import Cascade, make_cascade
from pipelines.detect.detector import Detector
from pipelines.detect.detectors.classifier import ClassifierSettings, load_classifier_detector
from pipelines.detect.detectors.judge.judge import JudgeDetector, JudgeSettings
from pipelines.detect.detectors.moderation import ModerationDetector, ModerationSettings
from pipelines.detect.model_store import find_live_model
from pipelines.detect.plan import Plan, Step, load_plan
from pipelines.errors import DefinitionError
from pipelines.settings import Home

FILE = "detectors.yaml"


class StepChange(BaseModel):
    """How much of the messages an extra sees, where that is not what ships."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    neighbours: int | None = None
    share: float | None = None
    minimum: int | None = None


class Extras(BaseModel):
    """What is switched on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    judge: JudgeSettings | None = None
    moderation: ModerationSettings | None = None
    classifier: ClassifierSettings | None = None
    canary: CanarySettings | None = None
    plan: dict[str, StepChange] = {}


def load_extras(folder: Path) -> Extras:
    """The extras of a home.

    Raises:
        DefinitionError: the file is not valid; every problem, no value of it.
    """
    path = folder / FILE
    if not path.exists():
        return Extras()
    try:
        return Extras.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except (yaml.YAMLError, UnicodeDecodeError):
        raise DefinitionError(f"{path}: not valid YAML. No detector was run.") from None
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, one['loc'])) or '(file)'}: {one['msg']}" for one in error.errors()]
        allowed = ", ".join(Extras.model_fields)
        raise DefinitionError("\n".join([f"{path} is not valid; it may hold {allowed}:", *lines])) from None


def make_home_cascade(home: Home) -> Cascade:
    """The shipped detectors and the extras of a home, in the order of the plan.

    Raises:
        DefinitionError: the settings are not valid, or name a file, package or key that is not there.
    """
    extras = load_extras(home.definitions)
    added: dict[str, Detector] = {}
    if extras.judge is not None:
        added["judge"] = JudgeDetector(extras.judge, cache=home.cache / "judge")
    if extras.moderation is not None:
        added["moderation"] = ModerationDetector(extras.moderation)
    if extras.classifier is not None:
        added["classifier"] = load_classifier_detector(extras.classifier)
    shipped = make_cascade(plan=_change(load_plan(), extras), model=find_live_model(home))
    return Cascade({**shipped.detectors, **added}, shipped.plan)


def _change(plan: Plan, extras: Extras) -> Plan:
    if strange := sorted(extras.plan.keys() - {step.detector for step in plan.steps}):
        raise DefinitionError(f"{FILE}: the plan has no step for {', '.join(strange)}.")
    steps = tuple(
        Step.model_validate(
            step.model_dump() | extras.plan.get(step.detector, StepChange()).model_dump(exclude_none=True)
        )
        for step in plan.steps
    )
    return plan.model_copy(update={"steps": steps})
