"""What the rules in Spanish and German make of sentences of our own, against what their card says.

`labelled/` holds 150 sentences a language, written before the rules were run on them. One half was looked at
while rules were mended, the other only measured. No native speaker has read them.
"""

from pathlib import Path

import pytest

from pipelines.detect.cascade import make_cascade
from pipelines.detect.detectors.lexicon.lexicon import load_lexicon_detector
from pipelines.detect.evaluate import evaluate
from pipelines.detect.gate import compare_with_cards
from pipelines.detect.labelled import read_labelled

LABELLED = Path(__file__).parent / "labelled"
SETS = ("own_german_seen", "own_german_unseen", "own_spanish_seen", "own_spanish_unseen")


@pytest.mark.parametrize("name", SETS)
def test_the_card_tells_what_the_rules_find(name: str) -> None:
    cascade = make_cascade([load_lexicon_detector()])
    results = evaluate(read_labelled(LABELLED / f"{name}.jsonl"), cascade)
    (found,) = [
        one for one in results if one["label"] == "self_harm_or_suicide" and one["detector"] == "lexicon"
    ]
    figures = {
        (figure.measure, figure.operating_point): figure
        for card in cascade.cards
        for line in card.signals
        for figure in line.figures
        if figure.dataset == name
    }
    for measure in ("precision", "recall"):
        told = figures[measure, "alert"]
        assert found["at"]["alert"][measure]["value"] == pytest.approx(told.value, abs=5e-4)
        assert (found["n"], found["positives"]) == (told.row_count, told.positive_count)
    own = [one for one in results if one["detector"] == "lexicon"]
    compared = compare_with_cards(own, cascade.cards)
    assert compared.is_passed, compared.regressions


def test_each_language_has_both_halves_and_both_answers() -> None:
    for name in SETS:
        answers = [row.labels["self_harm_or_suicide"] for row in read_labelled(LABELLED / f"{name}.jsonl")]
        assert len(answers) == 75
        assert answers.count(1) in (37, 38)
