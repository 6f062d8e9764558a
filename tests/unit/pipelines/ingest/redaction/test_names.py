"""The plug for names in free text, held with an analyzer of the same shape; none is installed here."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from pipelines.errors import DefinitionError
from pipelines.ingest.redaction import names
from pipelines.ingest.redaction.names import NameSettings, PresidioNames, load_name_finder
from pipelines.ingest.redaction.redact import CrisisLines, Redactor

SETTINGS = NameSettings(engine="presidio", language="en", model="a_model")
NO_LINES = CrisisLines(frozenset(), frozenset())


@dataclass
class Analyzer:
    """Takes Robin and Dana for people, and remembers what it was asked."""

    asked: list[dict[str, Any]] = field(default_factory=list)

    def analyze(self, **given: Any) -> list[SimpleNamespace]:
        self.asked.append(given)
        return [
            SimpleNamespace(start=match.start(), end=match.end(), entity_type="PERSON")
            for match in re.finditer("Robin|Dana", given["text"])
        ]


def test_names_in_the_middle_of_a_sentence_become_tokens_and_are_counted():
    redactor = Redactor(NO_LINES, names=PresidioNames(Analyzer().analyze, SETTINGS))
    redacted = redactor.redact("I told Robin and Dana about it.", is_assistant=False)
    assert (redacted.text, redacted.count) == ("I told [name] and [name] about it.", 2)


def test_a_name_that_was_introduced_is_replaced_once():
    redactor = Redactor(NO_LINES, names=PresidioNames(Analyzer().analyze, SETTINGS))
    assert redactor.redact("my name is Robin", is_assistant=False).text == "my name is [name]"


@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("i feel bad today", False),
        ("Today is bad. Nobody calls.", False),
        ("", False),
        ("It is [email] again", False),
        ("I saw Robin", True),
        ("Mrs. Walker came", True),
        ("Mrs. Walker", True),
    ],
)
def test_the_model_meets_only_texts_with_a_capital_inside_a_sentence(text: str, is_asked: bool):
    analyzer = Analyzer()
    PresidioNames(analyzer.analyze, SETTINGS).find(text)
    assert bool(analyzer.asked) is is_asked


def test_every_text_meets_the_model_where_the_settings_say_so():
    analyzer = Analyzer()
    settings = SETTINGS.model_copy(update={"is_every_text": True})
    assert PresidioNames(analyzer.analyze, settings).find("Robin never calls") == [(0, 5)]


def test_only_people_are_asked_for_above_the_least_score():
    analyzer = Analyzer()
    PresidioNames(analyzer.analyze, SETTINGS).find("I saw Robin")
    assert {name: analyzer.asked[0][name] for name in ("entities", "language", "score_threshold")} == {
        "entities": ["PERSON"], "language": "en", "score_threshold": 0.6,
    }  # fmt: skip


def write(folder: Path, text: str) -> Path:
    (folder / "redaction.yaml").write_text(text)
    return folder


def test_a_home_that_asks_for_nothing_has_no_model(tmp_path: Path):
    assert load_name_finder(tmp_path) is None


@pytest.mark.parametrize("text", ["names: {}", "[", "names: {engine: x, language: en, model: x}", "names"])
def test_a_file_that_is_not_valid_is_refused_with_what_is_allowed(tmp_path: Path, text: str):
    with pytest.raises(DefinitionError, match=r"redaction\.yaml: names is not valid"):
        load_name_finder(write(tmp_path, text))


def test_what_is_not_installed_is_an_error_and_nothing_is_fetched(tmp_path: Path, monkeypatch):
    folder = write(tmp_path, "names: {engine: presidio, language: en, model: a_model}")
    monkeypatch.setattr(names, "find_spec", lambda _: None)
    with pytest.raises(DefinitionError, match="which is not installed"):
        load_name_finder(folder)
    monkeypatch.setattr(names, "find_spec", lambda _: object())
    spacy = ModuleType("spacy")
    spacy.util = SimpleNamespace(is_package=lambda _: False)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "spacy", spacy)
    with pytest.raises(DefinitionError, match="the model a_model is neither installed nor a folder"):
        load_name_finder(folder)


def test_presidio_is_made_from_what_the_file_names(tmp_path: Path, monkeypatch):
    made: dict[str, Any] = {}
    monkeypatch.setattr(names, "find_spec", lambda _: object())
    (tmp_path / "model").mkdir()
    presidio, engines = ModuleType("presidio_analyzer"), ModuleType("presidio_analyzer.nlp_engine")

    class Provider:
        def __init__(self, *, nlp_configuration: dict[str, Any]) -> None:
            made["configuration"] = nlp_configuration

        def create_engine(self) -> str:
            return "engine"

    def make(*, nlp_engine: str, supported_languages: list[str]) -> Analyzer:
        made["engine"], made["languages"] = nlp_engine, supported_languages
        return Analyzer()

    engines.NlpEngineProvider = Provider  # type: ignore[attr-defined]
    presidio.AnalyzerEngine = make  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "presidio_analyzer", presidio)
    monkeypatch.setitem(sys.modules, "presidio_analyzer.nlp_engine", engines)
    model = tmp_path / "model"
    finder = load_name_finder(write(tmp_path, f"names: {{engine: presidio, language: en, model: {model}}}"))
    assert finder is not None
    assert finder.find("I saw Robin") == [(6, 11)]
    assert made == {
        "configuration": {
            "nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": str(model)}],
        },
        "engine": "engine", "languages": ["en"],
    }  # fmt: skip
