"""Names in free text, by a model that an operator brings: the plug, and Presidio in it.

`<home>/definitions/redaction.yaml` asks for it; without that file names are found only where people give them
(`introduction`). A model is read from the disk; one that is not there is an error, and nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.errors import DefinitionError

FILE = "redaction.yaml"
CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w'’-]{1,30}"
LIKELY = re.compile(
    rf"(?<![.!?:\n])(?<![.!?:\n]\s)(?<!^)\b{CAPITAL}"
    rf"|\b(?:Mrs?|Ms|Mx|Dr|Prof|Hr|Fr|Sra?|Mme|Mlle)\. {CAPITAL}"
)
"""A word with a capital inside a sentence or behind a title: a model is dear, and meets only such texts."""
PLACEHOLDER = re.compile(r"\[\w+\]")


class NameFinder(Protocol):
    """Finds names of people; the same text gives the same spans."""

    def find(self, text: str) -> list[tuple[int, int]]:
        """Where names stand, as (start, end) positions."""


class NameSettings(BaseModel):
    """What `redaction.yaml` says under `names`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    engine: Literal["presidio"]
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    model: Annotated[str, Field(min_length=1)]
    """A spaCy model: an installed package, or a folder."""
    least_score: Annotated[float, Field(ge=0, le=1)] = 0.6
    """What spaCy finds has .85, all of it."""
    is_every_text: bool = False
    """Whether texts meet the model that have no capital inside a sentence; a name may begin one."""


class PresidioNames:
    """Names as Presidio's analyzer finds them; `analyze` is its method of that name."""

    def __init__(self, analyze: Callable[..., Any], settings: NameSettings) -> None:
        self._analyze = analyze
        self._settings = settings

    def find(self, text: str) -> list[tuple[int, int]]:
        """Where names of people stand."""
        if not self._settings.is_every_text and LIKELY.search(PLACEHOLDER.sub("", text)) is None:
            return []
        found = self._analyze(
            text=text,
            language=self._settings.language,
            entities=["PERSON"],
            score_threshold=self._settings.least_score,
        )
        return sorted((one.start, one.end) for one in found)


def load_name_finder(folder: Path) -> NameFinder | None:
    """What a home's definitions ask for; None where they ask for nothing.

    Raises:
        DefinitionError: the file is not valid, or what it names is not installed.
    """
    path = folder / FILE
    if not path.exists():
        return None
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        settings = NameSettings.model_validate(content["names"])
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, ValidationError) as error:
        problem = error.errors()[0]["msg"] if isinstance(error, ValidationError) else type(error).__name__
        allowed = ", ".join(NameSettings.model_fields)
        raise DefinitionError(f"{path}: names is not valid ({problem}). Allowed are {allowed}.") from None
    return PresidioNames(_load_presidio(settings, path), settings)


def _load_presidio(settings: NameSettings, path: Path) -> Callable[..., Any]:
    if find_spec("presidio_analyzer") is None or find_spec("spacy") is None:
        raise DefinitionError(
            f"{path} asks for Presidio, which is not installed. Install presidio-analyzer and a model in the "
            "environment, or delete the file."
        )
    # Presidio would fetch a model that it does not find.
    if not Path(settings.model).is_dir() and not import_module("spacy").util.is_package(settings.model):
        raise DefinitionError(f"{path}: the model {settings.model} is neither installed nor a folder.")
    presidio, engines = import_module("presidio_analyzer"), import_module("presidio_analyzer.nlp_engine")
    engine = engines.NlpEngineProvider(
        nlp_configuration={
            "nlp_engine_name": "spacy",
            "models": [{"lang_code": settings.language, "model_name": settings.model}],
        }
    ).create_engine()
    analyzer = presidio.AnalyzerEngine(nlp_engine=engine, supported_languages=[settings.language])
    analyze: Callable[..., Any] = analyzer.analyze
    return analyze
