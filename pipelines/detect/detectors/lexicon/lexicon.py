"""The lexicon detector: rules in four languages, read by Hyperscan, guarded, joined to one finding a signal.

Hits of one signal about the same person and time join into one finding: its score grows with each
different rule, its level is that of the gravest, its evidence is the rule that decided. How well this
works, per signal and language, is in `card.yaml`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from math import prod
from pathlib import Path

import pyarrow as pa

from pipelines.detect.detector import (
    NOTHING_GIVEN,
    CoverageState,
    DetectorCard,
    Evidence,
    Given,
    Scan,
    Subject,
    Time,
    make_coverage,
    make_findings,
)
from pipelines.detect.detectors.lexicon.answers import read_answers
from pipelines.detect.detectors.lexicon.cards import DETECTOR_ID, load_card
from pipelines.detect.detectors.lexicon.guards import Reading, read_hit
from pipelines.detect.detectors.lexicon.matcher import Matcher
from pipelines.detect.detectors.lexicon.normalisation import Normalised, normalise
from pipelines.detect.detectors.lexicon.resources import resource_rules
from pipelines.detect.detectors.lexicon.rulebook import RULES, CompiledRule, Rulebook, load_rulebooks
from pipelines.detect.detectors.lexicon.severity import LEVEL_OF_CSSRS, cssrs_of

COMPILED = RULES / "__pycache__"
STRONG_WEIGHT = 0.5
"""Weight from which one rule alone may say how grave a message is; a hint only adds to the score."""

_SUBJECT_ORDER = {subject: place for place, subject in enumerate(Subject)}
_TIME_ORDER = {time: place for place, time in enumerate(Time)}


class LexiconDetector:
    """Reads messages with the rules of their language and role."""

    def __init__(self, books: Sequence[Rulebook], card: DetectorCard, *, kept: Path | None = None) -> None:
        self._card = card
        self._books = {(book.language, book.role): book for book in books}
        self._matchers: dict[tuple[str, str], Matcher] = {}
        self._kept = kept

    def keep_in(self, folder: Path) -> None:
        """Where compiled rules are kept if not beside the rules; deleting them costs seconds alone."""
        if self._kept is None:
            self._kept = folder

    @property
    def card(self) -> DetectorCard:
        """The card of exactly these rules."""
        return self._card

    def scan(self, messages: pa.Table, given: Given = NOTHING_GIVEN) -> Scan:
        """Look at every message; one whose language has no rules is unsupported, never clear."""
        states: list[CoverageState] = []
        found: list[tuple[int, Evidence]] = []
        texts = messages["text"].to_pylist()
        roles = messages["role"].to_pylist()
        languages = messages["language"].to_pylist()
        self._compile(zip(languages, roles, strict=True))
        for place, (text, role, language) in enumerate(zip(texts, roles, languages, strict=True)):
            if role not in self._card.roles:
                states.append(CoverageState.NOT_RUN)
            elif language not in self._card.languages:
                states.append(CoverageState.UNSUPPORTED_LANGUAGE)
            else:
                normalised = _normalise(text, role)
                if normalised.is_foreign_script or not normalised.text.strip():
                    states.append(CoverageState.ABSTAINED)
                    continue
                states.append(CoverageState.SCORED)
                found.extend((place, evidence) for evidence in self._read(normalised, language, role))
        if self._card.detector_id == DETECTOR_ID:  # patterns of an operator's own look for no question
            found += read_answers(messages, found)
        return Scan(
            findings=make_findings(messages, found, card=self._card),
            coverage=make_coverage(messages, states, card=self._card),
        )

    def read_message(self, text: str, *, language: str, role: str) -> list[Evidence]:
        """What the rules of a language and role see in one text, as far as it would raise an alert."""
        return [
            found
            for found in self._read(_normalise(text, role), language, role)
            if (line := self._card.signal(found.signal_id, language)) is not None
            and found.score >= line.alert
        ]

    def readings(self, text: str, *, language: str, role: str) -> list[Reading]:
        """The single hits that stand, before they are joined: for tests of rules and for explanations."""
        normalised = _normalise(text, role).text
        hits = self.matcher(language, role).find(normalised)
        return [reading for hit in hits if (reading := read_hit(hit, normalised)) is not None]

    def _read(self, normalised: Normalised, language: str, role: str) -> list[Evidence]:
        hits = self.matcher(language, role).find(normalised.text)
        if not hits:
            return []
        readings = [reading for hit in hits if (reading := read_hit(hit, normalised.text)) is not None]
        return join(readings, normalised)

    def matcher(self, language: str, role: str) -> Matcher:
        """The matcher of a language and role, compiled on first use."""
        key = (language, role)
        if key not in self._matchers:
            self._compile([key])
        return self._matchers[key]

    def _compile(self, needed: Iterable[tuple[str, str]]) -> None:
        """Compile what is missing of these side by side: Hyperscan's compiler lets other threads work."""
        missing = (self._books.keys() & set(needed)) - self._matchers.keys()
        chosen = sorted(missing, key=lambda key: -len(self._books[key].rules))
        with ThreadPoolExecutor() as pool:
            made = pool.map(lambda key: Matcher(self._books[key], self._kept), chosen)
            self._matchers |= dict(zip(chosen, made, strict=True))

    def rules(self, language: str, role: str) -> tuple[CompiledRule, ...]:
        """The rules of a language and role."""
        return self._books[language, role].rules


def _normalise(text: str, role: str) -> Normalised:
    """A listed address in a reply is a crisis resource, whatever words it stands behind."""
    return normalise(text, keeps_addresses=role == "assistant")


def join(readings: Iterable[Reading], normalised: Normalised) -> list[Evidence]:
    """One graded finding a signal, subject and time; its score is the joint weight of its rules."""
    groups: dict[tuple[str, Subject, Time], list[Reading]] = {}
    for reading in readings:
        groups.setdefault((reading.rule.signal_id, reading.subject, reading.time), []).append(reading)
    used: set[tuple[str, str]] = set()
    joined: list[Evidence] = []
    for signal_id, subject, time in sorted(
        groups, key=lambda key: (key[0], _SUBJECT_ORDER[key[1]], _TIME_ORDER[key[2]])
    ):
        group = groups[signal_id, subject, time]
        weights = {reading.rule.id: reading.rule.weight for reading in group}
        score = 1 - prod(1 - weight for weight in weights.values())
        # A weak hint alone may add to the score, but never decides how grave a message is.
        strong = [reading for reading in group if reading.rule.weight >= STRONG_WEIGHT] or group
        deciding = max(strong, key=lambda reading: (_gravity(reading), reading.rule.weight, -reading.start))
        cssrs_like = cssrs_of({reading.facet for reading in strong if reading.facet is not None})
        level = LEVEL_OF_CSSRS[cssrs_like] if cssrs_like else max(reading.rule.level for reading in strong)
        evidence_id = deciding.rule.id
        if (signal_id, evidence_id) in used:
            evidence_id = f"{evidence_id}/{subject}/{time}"
        used.add((signal_id, evidence_id))
        start, end = normalised.span(deciding.start, deciding.end)
        joined.append(
            Evidence(
                signal_id,
                level,
                round(score, 4),
                evidence_id,
                cssrs_like=cssrs_like,
                subject=subject,
                time=time,
                start=start,
                end=end,
            )
        )
    return joined


def _gravity(reading: Reading) -> int:
    facet = reading.facet
    return cssrs_of({facet}) if facet is not None else reading.rule.level


@cache
def load_lexicon_detector() -> LexiconDetector:
    """The detector with the shipped rules and the listed crisis resources.

    Compiling the rules takes seconds. As compiled modules are, they are kept beside their source, for all
    homes of this machine, if the code may write there.
    """
    books = tuple(
        book.model_copy(update={"rules": (*book.rules, *resource_rules(book.language))})
        if book.role == "assistant"
        else book
        for book in load_rulebooks()
    )
    return LexiconDetector(books, load_card(books), kept=COMPILED if os.access(RULES, os.W_OK) else None)


__all__ = ["DETECTOR_ID", "Evidence", "LexiconDetector", "join", "load_lexicon_detector"]
