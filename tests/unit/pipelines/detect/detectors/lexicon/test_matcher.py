"""Rules stay bounded and quick, and the one-pass scan loses nothing that the rules alone would find."""

import os
import re
import re._parser as parser
import time
from itertools import product

import hyperscan
import pytest

from pipelines.detect.detectors.lexicon.lexicon import COMPILED, LexiconDetector, load_lexicon_detector
from pipelines.detect.detectors.lexicon.matcher import KEPT_SECONDS, Matcher, open_gaps
from pipelines.detect.detectors.lexicon.normalisation import normalise
from pipelines.detect.detectors.lexicon.resources import resource_rules
from pipelines.detect.detectors.lexicon.rulebook import CompiledRule, Rulebook, load_rulebooks

WIDEST = 1_500
"""Characters the widest rule may span: a rule reads a sentence or two, not a page."""

BOOKS = load_rulebooks()
RULES = [*(rule for book in BOOKS for rule in book.rules), *resource_rules("en")]
HOSTILE = [
    "a" * 10_000,
    "a " * 5_000,
    "i want to " * 1_000,
    "i don't think i can " * 500,
    "kill " * 2_000,
    '"' * 10_000,
    "my friend said " * 650,
    "1-800-" * 1_600,
    "no no not never " * 620,
]


def test_what_no_rules_ask_for_any_more_goes_when_something_new_is_kept(tmp_path):
    unused, used = tmp_path / "earlier.hyperscan", tmp_path / "another.hyperscan"
    for path, age in ((unused, KEPT_SECONDS + 60), (used, KEPT_SECONDS - 60)):
        path.touch()
        os.utime(path, (time.time() - age,) * 2)
    book = next(book for book in BOOKS if (book.language, book.role) == ("es", "user"))
    Matcher(book, tmp_path)
    assert used.exists()
    assert not unused.exists()


def test_the_engine_reports_every_match_wherever_the_text_begins() -> None:
    pattern = r"i\s+(?:[\w']+[\s,]+){0,4}could\s+do\s+it"
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(expressions=[open_gaps(pattern).encode()], flags=[hyperscan.HS_FLAG_SINGLEMATCH])
    words = ("just", "thoughts", "my", "friends", "anymore,", "hello", "a", "of", "there") * 3
    for before, after in product(range(len(words)), range(10)):
        text = " ".join([*words[:before], "i could do it", *["ok"] * after])
        found: list[int] = []
        database.scan(text.encode(), match_event_handler=lambda *match, found=found: found.append(match[2]))
        assert found, text


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_every_rule_is_bounded(rule: CompiledRule) -> None:
    patterns = [rule.pattern, *(guard.pattern for guard in rule.guards)]
    for pattern in [*patterns, *([] if rule.near is None else [rule.near])]:
        assert parser.parse(pattern.pattern).getwidth()[1] <= WIDEST, pattern.pattern


def stands_alone(rule: CompiledRule, text: str) -> bool:
    """Whether the rule's own expression matches, without the scan."""
    return any(
        rule.near is None
        or rule.near.search(text[max(0, found.start() - rule.near_chars) : found.end() + rule.near_chars])
        for found in rule.pattern.finditer(text)
    )


@pytest.mark.parametrize("book", BOOKS, ids=[f"{book.language}_{book.role}" for book in BOOKS])
def test_the_scan_finds_exactly_what_the_rules_alone_find(book: Rulebook) -> None:
    matcher = Matcher(book, COMPILED)
    sentences = [sentence for rule in book.rules for sentence in rule.positive + rule.negative]
    found = 0
    for sentence in sentences:
        text = normalise(sentence).text
        alone = {rule.id for rule in book.rules if stands_alone(rule, text)}
        assert {hit.rule.id for hit in matcher.find(text)} == alone, sentence
        found += bool(alone)
    assert found > len(sentences) / 4


@pytest.mark.parametrize(
    "damage", [None, b"", b"no database", "half"], ids=["whole", "empty", "other", "cut off"]
)
def test_what_was_compiled_is_found_again_and_a_damaged_file_is_made_anew(tmp_path, monkeypatch, damage):
    book = next(book for book in BOOKS if (book.language, book.role) == ("es", "assistant"))
    text = normalise(book.rules[0].positive[0]).text
    hits = Matcher(book, tmp_path).find(text)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    if damage is None:
        monkeypatch.setattr(
            "pipelines.detect.detectors.lexicon.matcher._compile", None
        )  # nothing may compile
    else:
        file.write_bytes(whole[: len(whole) // 2] if damage == "half" else damage)
    assert hits
    assert Matcher(book, tmp_path).find(text) == hits
    assert [kept.read_bytes() for kept in tmp_path.iterdir()] == [whole]


@pytest.mark.parametrize("kept", ["beside_the_rules", None])
def test_compiled_rules_are_kept_beside_their_source_or_else_in_the_home(tmp_path, kept):
    book = next(book for book in BOOKS if (book.language, book.role) == ("es", "assistant"))
    beside = None if kept is None else tmp_path / kept
    detector = LexiconDetector([book], load_lexicon_detector().card, kept=beside)
    detector.keep_in(tmp_path / "home")
    detector.matcher("es", "assistant")
    assert [folder.name for folder in tmp_path.iterdir()] == [kept or "home"]


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_an_opened_rule_matches_whatever_the_rule_matches(rule: CompiledRule) -> None:
    opened = re.compile(open_gaps(rule.pattern.pattern))
    for sentence in rule.positive + rule.negative:
        text = normalise(sentence).text
        if rule.pattern.search(text):
            assert opened.search(text), sentence


def test_hostile_texts_cost_little_more_than_prose_of_the_same_length() -> None:
    detector = load_lexicon_detector()
    prose = ("the weather was mild and we walked along the river for a while, then had tea. " * 130)[:10_000]

    def cost(text: str) -> float:
        best = float("inf")
        for _ in range(3):
            started = time.process_time()
            for role in ("user", "assistant"):
                detector.read_message(text, language="en", role=role)
            best = min(best, time.process_time() - started)
        return best

    cost(prose)
    # Prose of this length takes half a millisecond; the floor keeps the clock's grain out of the ratio.
    yardstick = max(cost(prose), 0.001)
    slow = {text[:20]: round(cost(text) / yardstick, 1) for text in HOSTILE}
    assert max(slow.values()) <= 15, slow
