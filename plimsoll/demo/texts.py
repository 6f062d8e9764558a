"""The text banks: what people and assistants of the sample say, by language.

All of it is written for this sample. Nothing in a bank says how anybody could be harmed: no means, no
amounts, no places. A bank is the union of the files `texts/<language>_*.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "texts"


class Topic(StrEnum):
    """What a conversation is about; the story gives each a share."""

    EVERYDAY = "everyday"
    CHECK_IN = "check_in"
    EDUCATION = "education"
    MEDICATION = "medication"
    THIRD_PARTY = "third_party"
    RECOVERED = "recovered"
    IDIOM = "idiom"
    FICTION = "fiction"
    QUOTED = "quoted"
    PASSIVE = "passive"
    ACTIVE = "active"
    PLAN = "plan"
    SELF_HARM = "self_harm"
    ABUSE = "abuse"
    EATING = "eating"
    SUBSTANCE = "substance"
    DELUSION = "delusion"
    ATTACHMENT = "attachment"
    MINOR = "minor"


class Need(StrEnum):
    """What a disclosure asks of the assistant; each has answers of several qualities."""

    RISK = "risk"
    PASSIVE = "passive"
    SELF_HARM = "self_harm"
    DELUSION = "delusion"
    ATTACHMENT = "attachment"
    MEDICATION = "medication"
    THIRD_PARTY = "third_party"
    SAFETY = "safety"


@dataclass(frozen=True)
class Exchange:
    """What a person may say and what the assistant may answer; any of one goes with any of the other."""

    say: tuple[str, ...]
    reply: tuple[str, ...]
    level: int = 0
    need: Need | None = None


@dataclass(frozen=True)
class Scenario:
    """A short script: exchanges in their order; `stage` is how far an attachment has grown, 0 where it has none."""

    scenario_id: str
    topic: Topic
    exchanges: tuple[Exchange, ...]
    ages: str = "any"
    stage: int = 0

    @property
    def least_length(self) -> int:
        """Exchanges up to the one that matters."""
        needed = [number for number, exchange in enumerate(self.exchanges, start=1) if exchange.need]
        return max(needed, default=1)


@dataclass(frozen=True)
class Bank:
    """Everything that is said in one language."""

    language: str
    slots: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lines: dict[str, tuple[str, ...]] = field(default_factory=dict)
    emergency: dict[str, tuple[str, ...]] = field(default_factory=dict)
    scenarios: dict[Topic, tuple[Scenario, ...]] = field(default_factory=dict)
    responses: dict[Need, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    follow_ups: dict[Need, dict[str, tuple[Exchange, ...]]] = field(default_factory=dict)
    asides: dict[str, tuple[str, ...]] = field(default_factory=dict)
    closings: tuple[Exchange, ...] = ()
    colleague: tuple[Exchange, ...] = ()


@cache
def load_bank(language: str) -> Bank:
    """The bank of a language.

    Raises:
        KeyError: a file names a topic, a need or a part that does not exist.
    """
    merged: dict[str, list[Any]] = {}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted(FOLDER.glob(f"{language}_*.yaml")):
        # A safe loader, the C one where it is built: the pure one takes seconds for these files.
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
        for part, content in document.items():
            merged.setdefault(part, []).append(content)
    scenarios = [read_scenario(entry) for content in merged["scenarios"] for entry in content]
    return Bank(
        language=language,
        slots=_lists(merged["slots"]),
        lines=_lists(merged["lines"]),
        emergency=_lists(merged["emergency"]),
        scenarios={
            topic: tuple(scenario for scenario in scenarios if scenario.topic is topic)
            for topic in Topic
            if any(scenario.topic is topic for scenario in scenarios)
        },
        responses={
            Need(need): _lists([by_quality])
            for content in merged["responses"]
            for need, by_quality in content.items()
        },
        follow_ups={
            Need(need): {
                quality: tuple(map(read_exchange, exchanges)) for quality, exchanges in by_quality.items()
            }
            for content in merged["follow_ups"]
            for need, by_quality in content.items()
        },
        asides=_lists(merged["asides"]),
        closings=tuple(read_exchange(entry) for content in merged["closings"] for entry in content),
        colleague=tuple(read_exchange(entry) for content in merged["colleague"] for entry in content),
    )


def read_scenario(entry: Mapping[str, Any]) -> Scenario:
    """One scenario of a file."""
    return Scenario(
        scenario_id=entry["id"],
        topic=Topic(entry["topic"]),
        exchanges=tuple(map(read_exchange, entry["exchanges"])),
        ages=entry.get("ages", "any"),
        stage=entry.get("stage", 0),
    )


def read_exchange(entry: Mapping[str, Any]) -> Exchange:
    """One exchange of a file; an exchange with a need takes its answer from the responses."""
    return Exchange(
        say=tuple(entry.get("say", ())),
        reply=tuple(entry.get("reply", ())),
        level=entry.get("level", 0),
        need=Need(entry["need"]) if "need" in entry else None,
    )


def _lists(contents: list[Mapping[str, list[str]]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for content in contents for name, values in content.items()}
