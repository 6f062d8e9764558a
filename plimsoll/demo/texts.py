"""The text banks: what people and assistants of the sample say, by language.

All of it is written for this sample. Nothing in a bank says how anybody could be harmed: no means, no
amounts, no places. A bank is the union of the files `texts/<language>_*.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

MARK = re.compile(r"([0-9]+)> ")
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
class Line:
    """Something said, and the numbers of the lines that it can follow (None: any of them)."""

    text: str
    after: frozenset[int] | None = None

    def fits(self, previous: int | None) -> bool:
        """Whether it can follow the line of that number (None: whatever was said)."""
        return previous is None or self.after is None or previous in self.after


@dataclass(frozen=True)
class Exchange:
    """What a person may say, and what the assistant may answer to it."""

    say: tuple[Line, ...]
    reply: tuple[Line, ...]
    level: int = 0
    need: Need | None = None


@dataclass(frozen=True)
class Scenario:
    """A short script: exchanges in their order; `stage` is how far an attachment has grown, else 0."""

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
        ValueError: a file names a topic or a need that does not exist, or leaves a line without an answer.
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
        closings=_freely(merged["closings"]),
        colleague=_freely(merged["colleague"]),
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
    """One exchange of a file; an exchange with a need takes its answer from the responses.

    A line may begin with the numbers of the lines that it can follow: `03> ` follows the first or the
    fourth. Without them a `say` follows anything, and a `reply` the `say` of its own place (or any, where
    the exchange says `any: true`).

    Raises:
        ValueError: nothing answers a line.
    """
    say = tuple(read_line(text) for text in entry.get("say", ()))
    reply = tuple(
        read_line(text, own_place=None if entry.get("any") else place)
        for place, text in enumerate(entry.get("reply", ()))
    )
    for place, line in enumerate(say):
        if "need" not in entry and not any(answer.fits(place) for answer in reply):
            raise ValueError(
                f"Nothing answers line {place} of an exchange: {line.text!r}. Add a reply for it."
            )
    return Exchange(
        say=say,
        reply=reply,
        level=entry.get("level", 0),
        need=Need(entry["need"]) if "need" in entry else None,
    )


def read_line(text: str, *, own_place: int | None = None) -> Line:
    """One line of a file, with its mark if it has one."""
    mark = MARK.match(text)
    if mark:
        return Line(text[mark.end() :], frozenset(int(digit) for digit in mark.group(1)))
    return Line(text, None if own_place is None else frozenset({own_place}))


def _freely(contents: list[list[Mapping[str, Any]]]) -> tuple[Exchange, ...]:
    """Exchanges in which any answer fits any line."""
    return tuple(read_exchange({**entry, "any": True}) for content in contents for entry in content)


def _lists(contents: list[Mapping[str, list[str]]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for content in contents for name, values in content.items()}
