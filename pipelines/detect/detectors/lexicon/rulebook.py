"""Reads rule files: a language's patterns and guards, compiled, one book a language and role.

Patterns are written as the language is written: a space stands for up to three white characters, an
apostrophe may be missing, accents are folded, `{{name}}` is a macro. Matching belongs in `matcher.py`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.detect.detector import Subject, Time
from pipelines.detect.detectors.lexicon.normalisation import fold_pattern
from pipelines.detect.detectors.lexicon.repetition import TOO_MANY_CUTS, find_ambiguous, find_unbounded
from pipelines.detect.detectors.lexicon.rule_file import Effect, LanguageFile, RuleFile
from pipelines.detect.detectors.lexicon.severity import Facet
from pipelines.errors import DefinitionError

RULES = Path(__file__).parent / "rules"
LANGUAGE_FILE = "language.yaml"
GUARDS = "guards"
NO_GUARD = f"none, for the language has no guard; write yours in its {LANGUAGE_FILE}"

Model = TypeVar("Model", bound=BaseModel)

# A negation must never hide inside the gap of a rule: "i <want> to die" may not read over "don't".
NEGATORS = (
    r"not\b|never\b|no\b|cannot\b|\w{1,8}n[' ]t\b"
    r"|(?:do|did|does|wo|ca|is|was|are|would|could|should|have)nt\b"
    r"|nunca\b|jamas\b|ne\b|pas\b|jamais\b|nicht\b|kein\w{0,2}\b|nie\b|niemals\b"
)
BUILT_IN_MACROS = (
    {f"w{count}": rf"(?:(?!{NEGATORS})[\w']{{1,18}}[\s,]{{1,3}}){{0,{count}}}" for count in range(1, 7)}
    | {rf"any{count}": rf"(?:[\w']{{1,18}}[\s,]{{1,3}}){{0,{count}}}" for count in range(1, 9)}
    | {f"gap{width}": rf"[^.!?\n]{{0,{width}}}" for width in (10, 20, 30, 40, 60, 80)}
)


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CompiledGuard(_Strict):
    """A guard with its patterns ready."""

    name: str
    effect: Effect
    before: int
    after: int
    look_on: int
    is_quotation: bool
    within_sentence: bool
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None


class CompiledRule(_Strict):
    """A rule with its pattern ready, its signal, level and guards resolved."""

    id: str
    signal_id: str
    level: int = 0
    weight: float
    facet: Facet | None = None
    subject: Subject = Subject.SELF
    time: Time = Time.CURRENT
    pattern: re.Pattern[str]
    near: re.Pattern[str] | None = None
    near_chars: int = 0
    guards: tuple[CompiledGuard, ...] = ()
    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()


class Rulebook(_Strict):
    """All rules for one language and role."""

    language: str
    role: str
    rules: tuple[CompiledRule, ...]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a rule or guard; a place that begins with GUARDS is in the language's file."""

    owner: str
    place: tuple[int | str, ...]
    what: str


@dataclass(frozen=True)
class Compiled:
    """The rules of a file, and its faults; with faults the rules are not to be used."""

    rules: tuple[CompiledRule, ...]
    faults: tuple[Fault, ...]


def load_rulebooks(folder: Path = RULES) -> tuple[Rulebook, ...]:
    """The rules below a folder (one folder a language), compiled, one book a language and role.

    Raises:
        DefinitionError: a file is not valid; all problems of a file in one message.
    """
    return _load(folder, hash_rule_files(folder))


@cache
def _load(folder: Path, _content: str) -> tuple[Rulebook, ...]:
    """The rules of a folder with this content."""
    books: dict[tuple[str, str], list[CompiledRule]] = {}
    for shared in sorted(folder.glob(f"*/{LANGUAGE_FILE}")):
        language = _read(shared, LanguageFile)
        for path in sorted(shared.parent.glob("*.yaml")):
            if path.name != LANGUAGE_FILE:
                rule_file = _read(path, RuleFile)
                compiled = _compile_or_refuse(rule_file, language, name=f"{shared.parent.name}/{path.name}")
                books.setdefault((language.language, rule_file.role), []).extend(compiled)
    for (code, role), rules in books.items():
        _refuse_repeats([rule.id for rule in rules], where=f"{code} {role} rules")
    return tuple(
        Rulebook(language=code, role=role, rules=tuple(rules))
        for (code, role), rules in sorted(books.items())
    )


def hash_rule_files(folder: Path = RULES) -> str:
    """Changes when any rule file does."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.yaml")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _read(path: Path, model: type[Model]) -> Model:
    try:
        return model.model_validate(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
    except (ValidationError, yaml.YAMLError) as error:
        raise DefinitionError(f"Rule file {path.parent.name}/{path.name} is not valid: {error}") from error


def _refuse_repeats(ids: list[str], *, where: str) -> None:
    repeated = sorted({name for name in ids if ids.count(name) > 1})
    if repeated:
        raise DefinitionError(
            f"In the {where} an id is used twice: {', '.join(repeated)}. Each rule needs its own."
        )


def _compile_or_refuse(rule_file: RuleFile, language: LanguageFile, *, name: str) -> Sequence[CompiledRule]:
    found = compile_rules(rule_file, language)
    if found.faults:
        said = "; ".join(f"{fault.owner}: {fault.what}" for fault in found.faults)
        raise DefinitionError(f"Rule file {name} is not valid: {said}")
    return found.rules


def compile_rules(rule_file: RuleFile, language: LanguageFile, *, is_own: bool = False) -> Compiled:
    """The rules of a file with their language's macros and guards, and all that is wrong with them.

    Those of an operator's own are also asked how long a hostile text could hold them.
    """
    faults: list[Fault] = []
    macros = BUILT_IN_MACROS | language.macros
    compiled: list[CompiledRule] = []

    def pattern_of(text: str, owner: str, *place: int | str) -> re.Pattern[str]:
        try:
            expression = expand(text, macros)
            if (mark := find_unbounded(expression)) is not None:
                faults.append(Fault(owner, place, f"{mark} has no bound; write {{0,n}} or {{1,n}}"))
            pattern = re.compile(expression)
            if mark is None and is_own and (mark := find_ambiguous(pattern)) is not None:
                faults.append(Fault(owner, place, f"{mark} {TOO_MANY_CUTS}"))
            return pattern
        except (re.error, DefinitionError) as error:
            faults.append(Fault(owner, place, str(error)))
            return re.compile("(?!)")

    guards = {
        guard_name: CompiledGuard(
            name=guard_name,
            effect=guard.effect,
            before=guard.before,
            after=guard.after,
            look_on=guard.look_on,
            is_quotation=guard.is_quotation,
            within_sentence=guard.within_sentence,
            pattern=pattern_of(guard.pattern, guard_name, GUARDS, guard_name, "pattern"),
            unless=None
            if guard.unless is None
            else pattern_of(guard.unless, guard_name, GUARDS, guard_name, "unless"),
        )
        for guard_name, guard in language.guards.items()
    }
    for signal_id, signal in rule_file.signals.items():
        of_signal = {name: guard for name, guard in language.guards.items() if signal_id in guard.signals}
        for number, rule in enumerate(signal.rules):
            place = ("signals", signal_id, "rules", number)
            named = signal.guards if rule.guards is None else rule.guards
            unnamed = (
                name
                for name, guard in of_signal.items()
                if name not in named and (not guard.facets or rule.facet in guard.facets)
            )
            names = (*named, *unnamed)
            faults.extend(
                Fault(
                    rule.id,
                    (*place, "guards"),
                    f"no guard is called {name}; allowed: {', '.join(sorted(guards)) or NO_GUARD}",
                )
                for name in names
                if name not in guards
            )
            near = (
                None
                if rule.near is None
                else pattern_of(rule.near.pattern, rule.id, *place, "near", "pattern")
            )
            compiled.append(
                CompiledRule(
                    id=rule.id,
                    signal_id=signal_id,
                    level=signal.level if rule.level is None else rule.level,
                    weight=rule.weight,
                    facet=rule.facet,
                    subject=rule.subject,
                    time=rule.time,
                    pattern=pattern_of(rule.pattern, rule.id, *place, "pattern"),
                    near=near,
                    near_chars=0 if rule.near is None else rule.near.chars,
                    guards=tuple(guards[name] for name in names if name in guards),
                    positive=rule.positive,
                    negative=rule.negative,
                )
            )
    return Compiled(tuple(compiled), tuple(faults))


def expand(text: str, macros: dict[str, str]) -> str:
    """A pattern as written in a rule file, as a Python expression over normalised text."""
    for _ in range(4):
        text = re.sub(r"\{\{(\w+)\}\}", lambda found: _macro(found[1], macros), text)
    return _loosen(fold_pattern(text))


def _macro(name: str, macros: dict[str, str]) -> str:
    if name not in macros:
        raise DefinitionError(f"no macro is called {name}")
    return macros[name]


def _loosen(pattern: str) -> str:
    """Outside classes a space is up to three white characters; an apostrophe may be missing or a space."""
    parts: list[str] = []
    in_class = False
    place = 0
    while place < len(pattern):
        mark, following = pattern[place], pattern[place + 1 : place + 2]
        place += 1
        if mark == "\\":
            parts.append(mark + following)
            place += 1
        elif in_class or mark not in " '":
            in_class = mark == "[" or (in_class and mark != "]")
            parts.append(mark)
        elif mark == " ":
            parts.append(r"\s{0,3}" if following == "?" else r"\s{1,3}")
            place += following == "?"
        else:
            parts.append("[' ]?")
            place += following == "?"
    return "".join(parts)
