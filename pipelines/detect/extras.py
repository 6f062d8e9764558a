"""Which extras a home has switched on: `<home>/definitions/detectors.yaml`. Without the file there are none.

A file that is not valid stops detection: nobody should believe that a judge looks when it does not. Signals
and patterns of the operator's own are read in `own.py` and join the cascade here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from pipelines.definition_file import DefinitionFile, InvalidFileError, Problem, open_definition
from pipelines.detect.canary import CanarySettings, list_deployments
from pipelines.detect.cascade import Cascade, make_cascade
from pipelines.detect.detector import Detector
from pipelines.detect.detectors.classifier import ClassifierSettings, load_classifier_detector
from pipelines.detect.detectors.judge.judge import JudgeDetector, JudgeSettings, choose_signals
from pipelines.detect.detectors.lexicon.lexicon import load_lexicon_detector
from pipelines.detect.detectors.linear.linear import make_linear_detector
from pipelines.detect.detectors.moderation import ModerationDetector, ModerationSettings
from pipelines.detect.model_store import find_live_model
from pipelines.detect.own import load_own_detectors
from pipelines.detect.plan import Plan, Sees, Step, load_plan
from pipelines.errors import DefinitionError
from pipelines.own_signal import PREFIX
from pipelines.reviewed_text import read_reviewed_texts
from pipelines.settings import Home

FILE = "detectors.yaml"


class StepChange(BaseModel):
    """How much of the messages an extra sees, where that is not what ships."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    neighbours: Annotated[int, Field(ge=0, le=20)] | None = None
    share: Annotated[float, Field(gt=0, le=1)] | None = None
    minimum: Annotated[int, Field(ge=0)] | None = None


class Extras(BaseModel):
    """What is switched on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    judge: JudgeSettings | None = None
    moderation: ModerationSettings | None = None
    classifier: ClassifierSettings | None = None
    canary: CanarySettings | None = None
    plan: dict[str, StepChange] = {}


MAKERS: dict[str, Callable[[Any, Home], Detector]] = {
    "judge": lambda settings, home: JudgeDetector(settings, cache=home.cache / "judge"),
    "moderation": lambda settings, home: ModerationDetector(settings, cache=home.cache / "moderation"),
    "classifier": lambda settings, _home: load_classifier_detector(settings),
}
"""What makes a detector of the settings that have its name in `Extras`."""


def load_extras(folder: Path) -> Extras:
    """The extras of a home.

    Raises:
        InvalidFileError: the file is not valid; every problem with its line, no value.
    """
    path = folder / FILE
    return _read(open_definition(path)) if path.exists() else Extras()


def check_extras(home: Home) -> None:
    """Read the file as a run would, without asking for keys, and see that each part of it has an effect.

    Raises:
        InvalidFileError: every problem with its line.
    """
    file = open_definition(home.definitions / FILE)
    extras = _read(file)
    problems = _list_idle(file, extras)
    judge, classifier, canary = extras.judge, extras.classifier, extras.canary
    if judge is not None:
        problems += _try(file, ("judge", "signals"), lambda: choose_signals(judge.signals))
    if classifier is not None:
        problems += _try(file, ("classifier", "folder"), lambda: load_classifier_detector(classifier))
    known = list_deployments(home)  # none in a home that holds definitions alone: nobody can tell
    if canary is not None and known and canary.deployment not in known:
        said = f"no deployment of that name has delivered anything; known: {', '.join(known)}"
        problems.append(file.problem(("canary", "deployment"), said))
    if problems:
        raise InvalidFileError(problems)


def make_home_cascade(home: Home) -> Cascade:
    """The shipped detectors and the extras of a home, in the order of the plan.

    Raises:
        DefinitionError: the settings are not valid, or name a file, package or key that is not there.
    """
    extras = load_extras(home.definitions)
    added = {name: MAKERS[name](getattr(extras, name), home) for name in _list_set_up(extras)}
    own = {detector.card.detector_id: detector for detector in load_own_detectors(home.definitions)}
    plan = _change(load_plan(), extras)
    load_lexicon_detector().keep_in(home.cache / "lexicon")
    live = find_live_model(home)
    linear = None if live is None else make_linear_detector(live, read_reviewed_texts(home, live))
    shipped = make_cascade(plan=plan, linear=linear)
    return Cascade({**shipped.detectors, **added, **own}, _with_own(plan, tuple(own)))


def _list_set_up(extras: Extras) -> list[str]:
    return [name for name in MAKERS if getattr(extras, name) is not None]


def _with_own(plan: Plan, names: tuple[str, ...]) -> Plan:
    """The plan with the operator's own detectors: they see everything and decide about their own signal."""
    if not names:
        return plan
    steps = list(plan.steps)
    first_dear = next((place for place, step in enumerate(steps) if step.sees is Sees.SIEVE), len(steps))
    steps[first_dear:first_dear] = [Step(detector=name, sees=Sees.ALL) for name in names]
    order = plan.order | {name: (name,) for name in names if name.startswith(PREFIX)}
    return plan.model_copy(update={"steps": tuple(steps), "order": order})


def _read(file: DefinitionFile) -> Extras:
    extras = file.read(Extras)
    steps = [step.detector for step in load_plan().steps]
    strange = [
        file.problem(("plan", name), f"the plan has no step for {name}; allowed: {', '.join(steps)}")
        for name in extras.plan
        if name not in steps
    ]
    if strange:
        raise InvalidFileError(strange)
    return extras


def _list_idle(file: DefinitionFile, extras: Extras) -> list[Problem]:
    """Changes of the plan that change nothing: somebody believes in a share that nobody draws."""
    set_up = _list_set_up(extras)
    found = []
    for step in load_plan().steps:
        if step.detector not in extras.plan:
            continue
        if step.sees is Sees.ALL:
            why = f"{step.detector} sees every message"
        elif step.detector not in set_up:
            why = f"{step.detector} is not switched on"
        else:
            continue
        found.append(file.problem(("plan", step.detector), f"has no effect, for {why}; take it out"))
    return found


def _try(file: DefinitionFile, place: tuple[str, ...], make: Callable[[], object]) -> list[Problem]:
    try:
        make()
    except DefinitionError as error:
        return [file.problem(place, str(error))]
    return []


def _change(plan: Plan, extras: Extras) -> Plan:
    steps = tuple(
        Step.model_validate(
            step.model_dump() | extras.plan.get(step.detector, StepChange()).model_dump(exclude_none=True)
        )
        for step in plan.steps
    )
    return plan.model_copy(update={"steps": steps})
