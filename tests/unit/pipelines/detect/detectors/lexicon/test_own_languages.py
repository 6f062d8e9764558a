"""What the rules in Spanish, German and French make of sentences of our own, against what their card says.

`labelled/` holds sentences written before the rules were run on them: disclosures among everyday ones, and
requests among requests of other harms. The sets called seen were in view while rules were mended, the others
only measured. No native speaker has read them.
"""

from pathlib import Path

import pytest

from pipelines.detect.cascade import make_cascade
from pipelines.detect.detectors.lexicon.lexicon import load_lexicon_detector
from pipelines.detect.detectors.lexicon.normalisation import normalise
from pipelines.detect.evaluate import evaluate
from pipelines.detect.gate import compare_with_cards
from pipelines.detect.labelled import read_labelled

LABELLED = Path(__file__).parent / "labelled"
SETS = {
    "own_french_requests_seen": (1079, 602),
    "own_french_requests_unseen": (50, 25),
    "own_french_seen": (994, 463),
    "own_french_unseen": (50, 25),
    "own_german_requests_seen": (138, 85),
    "own_german_requests_unseen": (40, 20),
    "own_german_seen": (231, 107),
    "own_german_unseen": (75, 37),
    "own_spanish_requests_seen": (138, 85),
    "own_spanish_requests_unseen": (40, 20),
    "own_spanish_seen": (233, 108),
    "own_spanish_unseen": (75, 37),
}
"""Rows and positive ones."""


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
        assert (found["n"], found["positives"]) == (told.row_count, told.positive_count) == SETS[name]
    own = [one for one in results if one["detector"] == "lexicon"]
    compared = compare_with_cards(own, cascade.cards)
    assert compared.is_passed, compared.regressions


def test_no_sentence_stands_in_two_sets_and_every_set_is_measured() -> None:
    assert {path.stem for path in LABELLED.glob("*.jsonl")} == set(SETS)
    texts = [row.text for name in SETS for row in read_labelled(LABELLED / f"{name}.jsonl")]
    assert len(texts) == len({normalise(text).text for text in texts})


@pytest.mark.parametrize("language", ["de", "es", "fr"])
def test_the_scan_loses_nothing_that_plain_expressions_find_in_these_sentences(language: str) -> None:
    detector = load_lexicon_detector()
    texts = [
        normalise(row.text).text
        for name in SETS
        for row in read_labelled(LABELLED / f"{name}.jsonl")
        if row.language == language
    ]
    matcher, rules = detector.matcher(language, "user"), detector.rules(language, "user")
    for text in texts[::5]:
        plain = {
            rule.id
            for rule in rules
            for found in rule.pattern.finditer(text)
            if rule.near is None
            or rule.near.search(text[max(0, found.start() - rule.near_chars) : found.end() + rule.near_chars])
        }
        assert {hit.rule.id for hit in matcher.find(text)} == plain, text
