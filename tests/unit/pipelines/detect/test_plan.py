"""The cascade plan: what ships is valid, what is not is refused whole."""

from pathlib import Path

import pytest

from pipelines.detect.cascade import DETECTORS
from pipelines.detect.plan import load_plan
from pipelines.errors import DefinitionError


def test_every_shipped_detector_has_a_step_and_a_place_in_the_order() -> None:
    plan = load_plan()
    names = {entry.name for entry in DETECTORS}
    assert names <= {step.detector for step in plan.steps}
    assert names <= set(plan.order["default"])


def test_somebody_who_reads_every_message_says_whether_it_was_looked_at() -> None:
    assert {step.sees for step in load_plan().steps if step.is_basis} == {"all"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("steps: [", "not valid"),
        ("{seed: 1, steps: [], order: {default: [a]}}", "at least 1"),
        ("{seed: 1, steps: [{detector: a, sees: all, is_basis: true}], order: {}}", "needs a default"),
        ("{seed: 1, steps: [{detector: a, sees: all}], order: {default: [a]}}", "no step is_basis"),
        (
            "{seed: 1, steps: [{detector: a, sees: all, is_basis: true}, {detector: a, sees: all}],"
            " order: {default: [a]}}",
            "two steps: a",
        ),
        (
            "{seed: 1, steps: [{detector: a, sees: all, is_basis: true, share: 2}], order: {default: [a]}}",
            "less than or equal to 1",
        ),
    ],
)
def test_a_plan_that_is_not_valid_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError, match=problem):
        load_plan(path)
