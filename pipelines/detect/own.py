"""An operator's own patterns: `<home>/definitions/patterns/<language>/*.yaml`, shaped as shipped rule files.

Patterns of an own signal make a detector of that signal's name, which alone decides about it. Patterns for a
shipped signal are kept as findings beside what ships and never decide: nobody has measured the two together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.definition_file import DefinitionFile, InvalidFileError, Problem, open_definition
from pipelines.detect.detectors.lexicon.lexicon import LexiconDetector
from pipelines.detect.detectors.lexicon.matcher import find_refusal
from pipelines.detect.detectors.lexicon.own import BESIDE, make_own_card
from pipelines.detect.detectors.lexicon.rule_file import LanguageFile, RuleFile
from pipelines.detect.detectors.lexicon.rulebook import (
    GUARDS,
    LANGUAGE_FILE,
    RULES,
    CompiledRule,
    Rulebook,
    compile_rules,
)
from pipelines.own_signal import PREFIX, OwnSignal, load_own_signals
from risk_register.content import load_taxonomy
from risk_register.definition import Signal

PATTERNS = "patterns"


@dataclass(frozen=True)
class _Part:
    """The rules of one file for one signal."""

    signal: Signal
    language: str
    rules: tuple[CompiledRule, ...]
    digest: str


def load_own_detectors(definitions: Path) -> tuple[LexiconDetector, ...]:
    """A detector for each own signal, and one for patterns of shipped signals if there are any.

    Raises:
        InvalidFileError: every problem of the signals or of the patterns; nothing is used in part.
    """
    signals = load_own_signals(definitions)
    parts: list[_Part] = []
    problems: list[Problem] = []
    for folder in sorted(path for path in (definitions / PATTERNS).glob("*") if path.is_dir()):
        try:
            parts.extend(_read_folder(folder, signals))
        except InvalidFileError as error:
            problems.extend(error.problems)
    looked_for = {part.signal.id for part in parts}
    for signal in signals:
        if signal.id not in looked_for and not problems:
            path = definitions / "signals" / f"{signal.id}.yaml"
            what = f"no pattern looks for it; write some in {definitions / PATTERNS}/<language>/*.yaml"
            problems.append(Problem(path, 1, "", what))
    if problems:
        raise InvalidFileError(problems)
    named: dict[str, list[_Part]] = {}
    for part in parts:
        named.setdefault(part.signal.id if part.signal.id.startswith(PREFIX) else BESIDE, []).append(part)
    return tuple(_make_detector(name, own) for name, own in sorted(named.items()))


def _read_folder(folder: Path, signals: Sequence[OwnSignal]) -> Iterator[_Part]:
    if not (len(folder.name) == 2 and folder.name.isalpha() and folder.name.islower()):
        raise InvalidFileError(
            [Problem(folder, 1, "", "a folder of patterns is a language, such as en or pt")]
        )
    language_file, digest = folder / LANGUAGE_FILE, ""
    language = LanguageFile(language=folder.name)
    shipped = RULES / folder.name / LANGUAGE_FILE
    if shipped.exists():
        opened = open_definition(shipped)
        language, digest = opened.read(LanguageFile), opened.text
    if language_file.exists():
        language, text = _join(open_definition(language_file), language)
        digest += text
    for path in sorted(folder.glob("*.yaml")):
        if path.name != LANGUAGE_FILE:
            yield from _read_file(open_definition(path), language, signals, digest=digest)


def _join(own: DefinitionFile, shipped: LanguageFile) -> tuple[LanguageFile, str]:
    """What the language's rules share: shipped macros and guards, and one's own under other names."""
    found = own.read(LanguageFile, {"language": shipped.language})
    taken = [
        own.problem([field, name], f"a shipped one has this name; yours may begin with {PREFIX}")
        for field, names in (("macros", shipped.macros.keys()), ("guards", shipped.guards.keys()))
        for name in sorted(names & getattr(found, field).keys())
    ]
    if taken:
        raise InvalidFileError(taken)
    joined = {"macros": shipped.macros | found.macros, "guards": shipped.guards | found.guards}
    return found.model_copy(update=joined), own.text


def _read_file(
    own: DefinitionFile, language: LanguageFile, signals: Sequence[OwnSignal], *, digest: str
) -> list[_Part]:
    rule_file = own.read(RuleFile)
    known: dict[str, Signal] = {one.id: one for one in (*load_taxonomy().signals, *signals)}
    read = {name: one for name, one in known.items() if one.speaker.value == rule_file.role}
    problems = [
        own.problem(
            ["signals", name],
            f"there is no signal of this id that a message of {rule_file.role} carries; allowed: "
            + ", ".join(sorted(read)),
        )
        for name in rule_file.signals
        if name not in read
    ]
    compiled = compile_rules(rule_file, language, is_own=True)
    for fault in compiled.faults:
        place = fault.place
        if place[0] == GUARDS and place[1] not in _guards_of(own):
            problems.append(own.problem([], f"{LANGUAGE_FILE}: {fault.owner}: {fault.what}"))
        else:
            problems.append(own.problem(place, fault.what))
    if not compiled.faults:
        problems.extend(_list_refused(own, rule_file, compiled.rules))
    if problems:
        raise InvalidFileError(problems)
    parts = [
        _Part(read[name], language.language, rules, f"{digest}\0{own.text}")
        for name in rule_file.signals
        if (rules := tuple(rule for rule in compiled.rules if rule.signal_id == name))
    ]
    problems = [one for part in parts for one in _list_untrue(own, part, rule_file)]
    if problems:
        raise InvalidFileError(problems)
    return parts


def _list_refused(
    own: DefinitionFile, rule_file: RuleFile, compiled: Sequence[CompiledRule]
) -> Iterator[Problem]:
    """Rules whose pattern is an expression, and none that the engine reads."""
    places = [
        ("signals", signal_id, "rules", number, "pattern")
        for signal_id, signal in rule_file.signals.items()
        for number in range(len(signal.rules))
    ]
    for place, rule in zip(places, compiled, strict=True):
        if (what := find_refusal(rule.pattern)) is not None:
            yield own.problem(place, what)


def _guards_of(own: DefinitionFile) -> frozenset[str]:
    return frozenset(own.content.get(GUARDS, ()))


def _list_untrue(own: DefinitionFile, part: _Part, rule_file: RuleFile) -> Iterator[Problem]:
    """Rules that their own sentences contradict, or whose level the signal does not have."""
    low, high = part.signal.minimum_level, part.signal.maximum_level
    detector = _make_detector(part.signal.id, [part])
    seen: set[str] = set()
    for number, rule in enumerate(part.rules):
        place: tuple[int | str, ...] = ("signals", part.signal.id, "rules", number)
        if rule.id in seen:
            yield own.problem([*place, "id"], "is used twice; each rule needs its own")
        seen.add(rule.id)
        if not low <= rule.level <= high:
            yield own.problem(
                [*place, "level"], f"is {rule.level}; {part.signal.id} lies between {low} and {high}"
            )
        for field, sentences, is_wanted in (
            ("positive", rule.positive, True),
            ("negative", rule.negative, False),
        ):
            for position, sentence in enumerate(sentences):
                found = detector.readings(sentence, language=part.language, role=rule_file.role)
                if any(one.rule.id == rule.id for one in found) is not is_wanted:
                    what = (
                        "the rule does not find this sentence"
                        if is_wanted
                        else "the rule finds this sentence"
                    )
                    yield own.problem([*place, field, position], what)


def _make_detector(name: str, parts: Sequence[_Part]) -> LexiconDetector:
    books: dict[tuple[str, str], list[CompiledRule]] = {}
    for part in parts:
        books.setdefault((part.language, part.signal.speaker.value), []).extend(part.rules)
    digest = hashlib.sha256("\0".join(part.digest for part in parts).encode()).hexdigest()[:8]
    made = [
        Rulebook(language=language, role=role, rules=tuple(rules))
        for (language, role), rules in sorted(books.items())
    ]
    signals = {part.signal.id: part.signal for part in parts}
    return LexiconDetector(made, make_own_card(name, made, tuple(signals.values()), digest=digest))
