"""The sieve before redaction: it keeps back no text in which anything would be replaced."""

import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import yaml

from pipelines.ingest.redact import Redactor, crisis_lines
from pipelines.ingest.sieve import find_candidates, redact_texts, widen
from risk_register.content import load_crisis_resources

CASES = yaml.safe_load((Path(__file__).parent / "redaction.yaml").read_text(encoding="utf-8"))


def texts_of(value) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for one in inner for text in texts_of(one)]


TEXTS = texts_of(CASES)


@pytest.fixture(scope="module")
def redactor():
    return Redactor(crisis_lines(load_crisis_resources()))


def test_columns_are_redacted_as_single_texts_are(redactor):
    chance = random.Random(3)  # noqa: S311 - the same texts in every run
    texts = TEXTS + [" ".join(chance.choices(TEXTS, k=3)) for _ in range(300)]
    roles = ["assistant" if number % 2 else "user" for number in range(len(texts))]
    rows = pa.table({"text": texts, "role": roles, "region": ["GB"] * len(texts)})
    found, counts = redact_texts(redactor, rows)
    single = [
        redactor.redact(text, is_assistant=role == "assistant", region="GB")
        for text, role in zip(texts, roles, strict=True)
    ]
    assert found.to_pylist() == [one.text for one in single]
    assert counts.tolist() == [one.count for one in single]
    assert counts.sum() > 100


def test_a_text_is_passed_by_each_hint_that_finds_something_in_it(redactor):
    for hint in redactor.hints or ():
        wanted = {place for place, text in enumerate(TEXTS) if hint.search(text)}
        assert wanted <= set(find_candidates(pa.array(TEXTS), (hint,)).tolist()), hint.pattern


def test_plain_words_are_kept_back_and_neighbours_are_told_apart(redactor):
    texts = ["one.", "Two words", "three: ", ":x", "12", "34 56", "mail@example.org", "four"]
    assert find_candidates(pa.array(texts), redactor.hints).tolist() == [4, 5, 6]


def test_where_nothing_hints_every_text_is_looked_at():
    assert find_candidates(pa.array(["one", "two"]), None).tolist() == [0, 1]


def test_without_hints_nothing_is_passed():
    assert find_candidates(pa.array(["mail@example.org"]), ()).tolist() == []
    empty = pa.table({"text": pa.array([], pa.string()), "role": [], "region": []})
    assert np.array_equal(redact_texts(Redactor(crisis_lines([])), empty)[1], [])


@pytest.mark.parametrize(
    ("pattern", "wider"),
    [
        (r"\.(?<=\w\.)[a-z]", r"\w\.[a-z]"),
        (r"\d\d(?<=[A-Z]{2}\d\d)x", r"[A-Z]{2}\d\dx"),
        (r"(?<![\d-])7\b", "7"),
        (r"a(?!b)", "a"),
        (r"[\u2010-\u2015]", "[\u2010-\u2015]"),
    ],
)
def test_what_hyperscan_cannot_say_is_said_wider(pattern, wider):
    assert widen(pattern) == wider
