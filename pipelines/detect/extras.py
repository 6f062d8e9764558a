"""Which extras a home has switched on: `<home>/definitions/detectors.yaml`. Without the file there are none.

A file that is not valid stops detection: nobody should believe that a judge looks when it does not. Signals
and patterns of the operator's own are read in `own.py` and join the cascade here.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pipelines.definition_file import open_definition
from pipelines.detect.canary import CanarySettings
from pipelines.detect.cascade import Cascade, make_cascade
from pipelines.detect.detector import Detector
from pipelines.detect.detectors.classifier import ClassifierSettings, load_classifier_detector
from pipelines.detect.detectors.judge.judge import JudgeDetector, JudgeSettings
from pipelines.detect.detectors.lexicon.lexicon import load_lexicon_detector
from pipelines.detect.detectors.moderation import ModerationDetector, ModerationSettings
from pipelines.detect.model_store import find_live_model
from pipelines.detect.own import load_own_detectors
from pipelines.detect.plan import Plan, Sees, Step, load_plan
from pipelines.errors import DefinitionError
from pipelines.own_signal import PREFIX
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
        InvalidFileError: the file is not valid; every problem with its line, no value.
    """
    path = folder / FILE
    return open_definition(path).read(Extras) if path.exists() else Extras()


def load_home_plan(home: Home) -> Plan:
    """The plan with what a home changes of it, without setting up a detector.

    Raises:
        DefinitionError: the file is not valid, or changes a step that is not there.
    """
    return _change(load_plan(), load_extras(home.definitions))


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
    own = {detector.card.detector_id: detector for detector in load_own_detectors(home.definitions)}
    plan = _change(load_plan(), extras)
    load_lexicon_detector().keep_in(home.cache / "lexicon")
    shipped = make_cascade(plan=plan, model=find_live_model(home))
    return Cascade({**shipped.detectors, **added, **own}, _with_own(plan, tuple(own)))


def _with_own(plan: Plan, names: tuple[str, ...]) -> Plan:
    """The plan with the operator's own detectors: they see everything and decide about their own signal."""
    if not names:
        return plan
    steps = list(plan.steps)
    first_dear = next((place for place, step in enumerate(steps) if step.sees is Sees.SIEVE), len(steps))
    steps[first_dear:first_dear] = [Step(detector=name, sees=Sees.ALL) for name in names]
    order = plan.order | {name: (name,) for name in names if name.startswith(PREFIX)}
    return plan.model_copy(update={"steps": tuple(steps), "order": order})


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
