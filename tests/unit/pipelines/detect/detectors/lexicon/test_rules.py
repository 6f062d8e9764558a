"""Every rule's own sentences: those it is for are seen, those against it are not."""

import pytest

from pipelines.detect.detector import Time
from pipelines.detect.detectors.lexicon.lexicon import LexiconDetector, load_lexicon_detector
from pipelines.detect.detectors.lexicon.rulebook import CompiledRule, load_rulebooks

RULES = [(book.language, book.role, rule) for book in load_rulebooks() for rule in book.rules]


@pytest.fixture(scope="module")
def detector() -> LexiconDetector:
    return load_lexicon_detector()


def stands(detector: LexiconDetector, rule: CompiledRule, sentence: str, *, language: str, role: str) -> bool:
    """Whether the rule counts in this sentence about whom it is written for, and not as long past."""
    return any(
        reading.rule.id == rule.id
        and reading.subject is rule.subject
        and reading.time in {rule.time, Time.RECENT}
        for reading in detector.readings(sentence, language=language, role=role)
    )


@pytest.mark.parametrize(("language", "role", "rule"), RULES, ids=[rule.id for _, _, rule in RULES])
def test_a_rule_sees_its_own_sentences_and_not_those_against_it(
    detector: LexiconDetector, language: str, role: str, rule: CompiledRule
) -> None:
    missed = [s for s in rule.positive if not stands(detector, rule, s, language=language, role=role)]
    mistaken = [s for s in rule.negative if stands(detector, rule, s, language=language, role=role)]
    assert (missed, mistaken) == ([], [])
