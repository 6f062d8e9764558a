"""Which extras a home has: none without a file, none on a guess, and a key is in no file."""

from pathlib import Path

import pytest

from pipelines.detect.extras import load_extras, make_home_cascade
from pipelines.errors import DefinitionError
from pipelines.settings import Home, HomeKind, make_home

JUDGE = """
judge:
  endpoint: {url: "http://127.0.0.1:9/v1", model: m}
  prices: {input_per_million: 1, output_per_million: 1, cap_per_run: 2}
plan:
  judge: {share: 0.5, neighbours: 3}
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(Home(tmp_path / "home"), HomeKind.REAL)


def test_without_a_file_nothing_is_asked_over_the_network(home: Home) -> None:
    names = {step.detector for step in make_home_cascade(home).steps}
    assert "lexicon" in names
    assert not names & {"judge", "moderation", "classifier"}


def test_a_judge_that_is_switched_on_has_its_step_and_comes_first_in_the_order(home: Home) -> None:
    plain = make_home_cascade(home).version
    (home.definitions / "detectors.yaml").write_text(JUDGE)
    cascade = make_home_cascade(home)
    (step,) = (step for step in cascade.steps if step.detector == "judge")
    assert (step.sees, step.share, step.neighbours, step.is_basis) == ("sieve", 0.5, 3, False)
    assert cascade.plan.order["default"][0] == "judge"
    assert cascade.version != plain


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("judge: [", "is not YAML"),
        ("jugde: {}", "jugde"),
        ("judge: {endpoint: {url: x, model: m}}", r"judge\.endpoint\.url"),
        ("judge: {endpoint: {url: 'http://x', model: m, key: secret}}", r"judge\.endpoint\.key"),
        ("plan: {judge: {share: 7}}", "less than or equal to 1"),
        ("plan: {nobody: {share: 0.1}}", "no step for nobody"),
    ],
)
def test_a_file_that_is_not_valid_stops_detection_and_quotes_no_value(
    home: Home, text: str, problem: str
) -> None:
    (home.definitions / "detectors.yaml").write_text(text)
    with pytest.raises((DefinitionError, ValueError), match=problem) as caught:
        make_home_cascade(home)
    assert "secret" not in str(caught.value)


def test_an_empty_file_switches_nothing_on(home: Home) -> None:
    (home.definitions / "detectors.yaml").write_text("")
    assert load_extras(home.definitions).judge is None
