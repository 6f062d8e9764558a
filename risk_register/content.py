"""Loads the shipped content: signals, risks, checklist, paper map, regimes and crisis lines.

Every file is read once, checked whole, and refused with all its problems in one message that names file and
field. What a deployment decides about this content lives in the store, never here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from risk_register.crisis_resource import CrisisResource
from risk_register.definition import (
    ChecklistItem,
    Entry,
    Kri,
    PaperRow,
    Polarity,
    Regime,
    Risk,
    Signal,
    Taxonomy,
)
from risk_register.errors import ContentError

FOLDER = Path(__file__).resolve().parent

__all__ = [
    "ChecklistItem",
    "CrisisResource",
    "Kri",
    "PaperRow",
    "Polarity",
    "Regime",
    "Risk",
    "Signal",
    "Taxonomy",
    "check_references",
    "load_checklist",
    "load_crisis_resources",
    "load_paper_map",
    "load_regimes",
    "load_risks",
    "load_taxonomy",
    "read_crisis_resources",
    "read_taxonomy",
]


Model = TypeVar("Model", bound=BaseModel)
Listed = TypeVar("Listed", bound=Entry)


@cache
def load_taxonomy() -> Taxonomy:
    """The signals that detectors look for."""
    return read_taxonomy(FOLDER / "taxonomy.yaml")


@cache
def load_risks() -> tuple[Risk, ...]:
    """The starter risks, by reference, each with the rows of the paper map that name it."""
    risks = _read_folder(FOLDER / "risks", Risk)
    rows = {risk.id: tuple(row.id for row in load_paper_map() if risk.id in row.risks) for risk in risks}
    found = (risk.model_copy(update={"paper_rows": rows[risk.id]}) for risk in risks)
    return tuple(sorted(found, key=lambda risk: risk.reference))


@cache
def load_checklist() -> tuple[ChecklistItem, ...]:
    """The items of the ethics checklist."""
    return _read_list(FOLDER / "checklists" / "ethics.yaml", "items", ChecklistItem)


@cache
def load_paper_map() -> tuple[PaperRow, ...]:
    """Every opportunity, risk and recommendation of the source paper, and what answers it here."""
    return _read_list(FOLDER / "paper_map.yaml", "rows", PaperRow)


@cache
def load_crisis_resources() -> tuple[CrisisResource, ...]:
    """Crisis lines by country, with the day until which each may be relied on."""
    return read_crisis_resources(FOLDER / "crisis_resources.yaml")


@cache
def load_regimes() -> tuple[Regime, ...]:
    """Laws, guidance and frameworks as dated data."""
    return _read_folder(FOLDER / "regimes", Regime)


def read_taxonomy(path: Path) -> Taxonomy:
    """A taxonomy from one file.

    Raises:
        ContentError: with every problem of the file.
    """
    taxonomy = _read_model(path, _read_yaml(path), Taxonomy)
    _refuse_repeats(path, taxonomy.signals)
    return taxonomy


def read_crisis_resources(path: Path) -> tuple[CrisisResource, ...]:
    """Crisis lines from one file.

    Raises:
        ContentError: with every problem of the file.
    """
    return _read_list(path, "resources", CrisisResource)


def check_references(indicator_ids: Iterable[str] | None = None) -> None:
    """Refuse content that points at something that does not exist, or a paper row that reaches nothing.

    Without `indicator_ids` only the links inside the register are checked.

    Raises:
        ContentError: with every broken link.
    """
    item_ids = {item.id for item in load_checklist()}
    risk_ids = {risk.id for risk in load_risks()}
    known_indicators = None if indicator_ids is None else set(indicator_ids)
    problems: list[str] = []

    def expect(where: str, names: Iterable[str], known: set[str] | None, what: str) -> None:
        if known is not None:
            problems.extend(f"{where}: there is no {what} {name}" for name in names if name not in known)

    for risk in load_risks():
        expect(f"risks/{risk.id}.yaml", risk.checklist_items, item_ids, "checklist item")
        expect(f"risks/{risk.id}.yaml", (kri.indicator for kri in risk.kris), known_indicators, "indicator")
    for item in load_checklist():
        where = f"checklists/ethics.yaml, {item.id}"
        expect(where, item.contradicting_indicators, known_indicators, "indicator")
    for row in load_paper_map():
        where = f"paper_map.yaml, {row.id}"
        expect(where, row.checklist_items, item_ids, "checklist item")
        expect(where, row.risks, risk_ids, "risk")
        expect(where, row.indicators, known_indicators, "indicator")
        if not (row.indicators or row.checklist_items or row.risks):
            problems.append(f"{where}: reaches no indicator, checklist item or risk")
    for regime in load_regimes():
        named = (name for duty in regime.duties for name in duty.indicators)
        expect(f"regimes/{regime.id}.yaml", named, known_indicators, "indicator")
    if problems:
        raise ContentError("\n".join(problems))


def _read_folder(folder: Path, model: type[Listed]) -> tuple[Listed, ...]:
    found, problems = [], []
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise ContentError(f"{folder}: holds no *.yaml file")
    for path in paths:
        try:
            entry = _read_model(path, _read_yaml(path), model)
        except ContentError as error:
            problems.append(str(error))
            continue
        found.append(entry)
        if entry.id != path.stem:
            problems.append(f"{path}: id is {entry.id!r}, but the file is named {path.stem!r}")
    if problems:
        raise ContentError("\n".join(problems))
    return tuple(found)


def _read_list(path: Path, key: str, model: type[Listed]) -> tuple[Listed, ...]:
    document = _read_yaml(path)
    entries = document.get(key)
    if not isinstance(entries, list) or not entries:
        raise ContentError(f"{path}: {key} must be a list with at least one entry")
    if set(document) != {key}:
        raise ContentError(
            f"{path}: unknown fields {', '.join(sorted(set(document) - {key}))}; allowed: {key}"
        )
    found, problems = [], []
    for position, entry in enumerate(entries):
        try:
            found.append(_read_model(path, entry, model, within=f"{key}.{position}"))
        except ContentError as error:
            problems.append(str(error))
    if problems:
        raise ContentError("\n".join(problems))
    _refuse_repeats(path, found)
    return tuple(found)


def _read_model(path: Path, entry: object, model: type[Model], *, within: str = "") -> Model:
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        name = entry.get("id") if isinstance(entry, dict) else None
        where = f"{path}: {within + ' ' if within else ''}{f'({name}) ' if name else ''}".rstrip()
        lines = []
        for problem in error.errors(include_url=False):
            field = ".".join(str(part) for part in problem["loc"]) or "entry"
            lines.append(f"{where} {field}: {problem['msg']}")
        raise ContentError("\n".join(lines)) from error


def _refuse_repeats(path: Path, entries: Sequence[Entry]) -> None:
    ids = [entry.id for entry in entries]
    repeated = sorted({name for name in ids if ids.count(name) > 1})
    if repeated:
        raise ContentError(f"{path}: id used twice: {', '.join(repeated)}")


class _StrictLoader(yaml.CSafeLoader):
    """YAML that refuses a key written twice, where plain YAML silently keeps the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        repeated = sorted({str(key) for key in keys if keys.count(key) > 1})
        if repeated:
            line = node.start_mark.line + 1
            raise yaml.YAMLError(f"line {line}: key written twice: {', '.join(repeated)}")
        return super().construct_mapping(node, deep)


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)  # noqa: S506  a CSafeLoader
    except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
        raise ContentError(f"{path}: cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise ContentError(f"{path}: must be a mapping of fields")
    return document
