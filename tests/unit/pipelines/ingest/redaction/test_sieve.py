"""The sieve before redaction: it keeps back no text in which anything would be replaced."""

import random
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import yaml

from pipelines.ingest.redaction import sieve
from pipelines.ingest.redaction.recogniser import ZEROS
from pipelines.ingest.redaction.redact import Redactor, crisis_lines
from pipelines.ingest.redaction.sieve import find_hints, redact_texts
from risk_register.content import load_crisis_resources

CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))


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
    rows = pa.record_batch({"text": texts, "role": roles, "region": ["GB"] * len(texts)})
    found, counts = redact_texts(redactor, rows)
    single = [
        redactor.redact(text, is_assistant=role == "assistant", region="GB")
        for text, role in zip(texts, roles, strict=True)
    ]
    assert found.to_pylist() == [one.text for one in single]
    assert counts.tolist() == [one.count for one in single]
    assert counts.sum() > 100


def test_accents_that_stand_apart_from_their_letters_hide_no_detail(redactor):
    texts = [
        "Ich heiße Jürgen Bäcker und wohne in der Königstraße 12, mein Téléfono: nein",
        "Je m'appelle Zoé Lefèvre, 12 allée des Érables",
        "Mi teléfono: 5551 2345",
        "Mi telefono: 5551 2345",
    ]
    kept = {}
    for form in ("NFC", "NFD"):
        written = [unicodedata.normalize(form, text) for text in texts]
        rows = pa.record_batch(
            {"text": written, "role": ["user"] * len(texts), "region": ["DE"] * len(texts)}
        )
        found, counts = redact_texts(redactor, rows)
        kept[form] = (found.to_pylist(), counts.tolist())
    assert kept["NFD"] == kept["NFC"]
    assert not any(name in kept["NFD"][0][0] for name in ("rgen", "cker", "nig", "12"))
    assert kept["NFD"][1] == [2, 2, 1, 1]


def test_plain_words_are_kept_back_and_neighbours_are_told_apart():
    texts = ["one.", "12 High Street", "nhs", "", "12", "high street", "nhs"]
    hints = ("high street\\W", "nhs", "12 ")
    assert find_hints(pa.array(texts), hints).tolist() == [0, 0b101, 0b010, 0, 0, 0b001, 0b010]


def test_recognisers_with_the_same_hint_are_all_asked():
    assert find_hints(pa.array(["at @", "at"]), ("@", "x", "@")).tolist() == [0b101, 0]


def test_letters_that_are_an_s_or_a_k_in_another_case_are_no_hiding_place(redactor):
    texts = ["I live at 12 High \u017ftreet", "ask at park\u017ftra\u00dfe 7, or 3 par\u212a lane", "mask"]
    rows = pa.record_batch({"text": texts, "role": ["user"] * 3, "region": ["GB"] * 3})
    found, counts = redact_texts(redactor, rows)
    single = [redactor.redact(text, is_assistant=False, region="GB") for text in texts]
    assert found.to_pylist() == [one.text for one in single]
    assert counts.tolist() == [one.count for one in single] != [0, 0, 0]


def test_a_column_of_many_pieces_is_counted_through(monkeypatch):
    monkeypatch.setattr(sieve, "ROWS_AT_ONCE", 2)
    texts = pa.array(["", "é@", "a", "b", "c@"]).slice(1)
    assert find_hints(texts, ("@",)).tolist() == [1, 0, 0, 1]


def test_a_model_for_names_sees_every_text_of_people():
    class Everyone:
        def find(self, text: str) -> list[tuple[int, int]]:
            return [(0, len(text))]

    redactor = Redactor(crisis_lines([]), names=Everyone())
    rows = pa.record_batch({"text": ["robin", "dana"], "role": ["user", "assistant"], "region": ["GB", "GB"]})
    texts, counts = redact_texts(redactor, rows)
    assert texts.to_pylist() == ["[name]", "dana"]
    assert counts.tolist() == [1, 0]


def test_without_texts_or_hints_nothing_is_found():
    assert find_hints(pa.array(["mail@example.org"]), ()).tolist() == [0]
    empty = pa.record_batch({"text": pa.array([], pa.string()), "role": [], "region": []})
    assert np.array_equal(redact_texts(Redactor(crisis_lines([])), empty)[1], [])


def test_digits_of_all_scripts_are_known():
    every = (chr(number) for number in range(128, sys.maxunicode))
    assert {one for one in every if unicodedata.decimal(one, None) == 0} <= set(ZEROS)
