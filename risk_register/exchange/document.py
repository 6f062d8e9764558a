"""A register or checklist on its way from one store to another: tables of text cells, checked as a whole.

Which file format carries it is `formats`, whether people could have decided it `lawfulness`, what a store
makes of it `exchange`. Decisions travel, with their history; shipped texts stand beside them for readers and
are not read back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import Boolean, Date, Integer

from risk_register.acceptability import Probability, Severity
from risk_register.content import load_checklist, load_risks
from risk_register.database.model import Base, ChecklistState, RiskChange, RiskState, UtcDateTime
from risk_register.database.tables.register import (
    ItemEvidence,
    ItemTask,
    RiskAction,
    RiskComment,
    RiskControl,
)
from risk_register.errors import ContentError
from risk_register.item.checklist import ItemStatus, PendingKind
from risk_register.item.evidence import EvidenceKind
from risk_register.register.actions import ActionStatus
from risk_register.register.controls import ControlKind, Effectiveness
from risk_register.register.transitions import RiskStatus

Row = Mapping[str, str | None]
TRUTH: Mapping[str, bool] = MappingProxyType({"True": True, "False": False})


class ExchangeKind(StrEnum):
    """What is exported and imported."""

    REGISTER = "register"
    CHECKLIST = "checklist"


@dataclass(frozen=True)
class CellRule:
    """A column: whether it may be empty, how its text is read, and whether it is for readers alone."""

    name: str
    is_optional: bool
    parse: Callable[[str], object]
    is_shown_only: bool = False


@dataclass(frozen=True)
class Document:
    """Everything that a deployment decided in its register or checklist."""

    kind: ExchangeKind
    deployment_id: str
    title: str
    tables: Mapping[str, tuple[Row, ...]]


# Cells whose words are a closed vocabulary.
VOCABULARIES: Mapping[tuple[str, str], type[StrEnum]] = MappingProxyType(
    {
        ("risk", "state"): RiskStatus,
        ("risk", "severity"): Severity,
        ("risk", "probability"): Probability,
        ("risk", "pending_severity"): Severity,
        ("risk", "pending_probability"): Probability,
        ("checklist_item", "state"): ItemStatus,
        ("checklist_item", "pending_kind"): PendingKind,
        ("risk_control", "kind"): ControlKind,
        ("risk_control", "effectiveness"): Effectiveness,
        ("risk_action", "state"): ActionStatus,
        ("item_evidence", "kind"): EvidenceKind,
    }
)
ROWS: Mapping[str, type[Base]] = MappingProxyType(
    {
        "risk": RiskState,
        "risk_change": RiskChange,
        "risk_control": RiskControl,
        "risk_action": RiskAction,
        "risk_comment": RiskComment,
        "checklist_item": ChecklistState,
        "item_evidence": ItemEvidence,
        "item_task": ItemTask,
    }
)
TABLES: Mapping[ExchangeKind, tuple[str, ...]] = MappingProxyType(
    {
        ExchangeKind.REGISTER: ("risk", "risk_change", "risk_control", "risk_action", "risk_comment"),
        ExchangeKind.CHECKLIST: ("checklist_item", "item_evidence", "item_task"),
    }
)
KEYS: Mapping[str, str] = MappingProxyType({"risk": "risk_id", "checklist_item": "item_id"})
NUMBERED = frozenset({"risk_control", "risk_action", "risk_comment", "item_evidence"})
# The document names its deployment once; changes and tasks are numbered by the store.
LARGEST_NUMBER = 2**31 - 1  # what a column of whole numbers holds in PostgreSQL
NOT_CARRIED = frozenset({"deployment_id", "change_id", "task_id"})


def list_rules(table: str) -> tuple[CellRule, ...]:
    """The columns of a table of the document, in order."""
    shown = {"risk": ("reference", "title"), "checklist_item": ("reference", "question")}.get(table, ())
    columns = [column for column in ROWS[table].__table__.columns if column.key not in NOT_CARRIED]
    rules = [_rule(table, column.key, column.type, bool(column.nullable)) for column in columns]
    return (rules[0], *(CellRule(name, True, str, is_shown_only=True) for name in shown), *rules[1:])


def check_document(document: Document) -> None:
    """Raise if a store could not take the document.

    Raises:
        ContentError: with every problem, its table, row and column.
    """
    problems = []
    if set(document.tables) != set(TABLES[document.kind]):
        wanted = ", ".join(TABLES[document.kind])
        problems.append(f"tables are {', '.join(sorted(document.tables)) or 'none'}; needed: {wanted}")
    for table, rows in document.tables.items():
        rules = {rule.name: rule for rule in list_rules(table)} if table in ROWS else {}
        for number, row in enumerate(rows, start=1):
            where = f"{table} {row.get(find_key(table)) or number}"
            problems += [f"{where}: there is no column {name}" for name in row if name not in rules]
            for rule in rules.values():
                problems += [f"{where}, {rule.name}: {fault}" for fault in _faults(rule, row.get(rule.name))]
        problems += _unknown_ids(table, rows)
    if problems:
        raise ContentError("\n".join(problems))


def find_key(table: str) -> str:
    """The column that says which risk or item a row is about."""
    return "risk_id" if table.startswith("risk") else "item_id"


def parse_row(table: str, row: Row) -> dict[str, object]:
    """The values of a checked row as the store keeps them."""
    values: dict[str, object] = {}
    for rule in list_rules(table):
        cell = row.get(rule.name)
        if not rule.is_shown_only:
            values[rule.name] = None if cell is None else rule.parse(cell)
    return values


def write_cell(value: object) -> str | None:
    """The text of a value; moments and days in ISO 8601."""
    if value is None:
        return None
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _rule(table: str, name: str, kind: object, is_optional: bool) -> CellRule:
    vocabulary = VOCABULARIES.get((table, name))
    if vocabulary is not None:
        return CellRule(name, is_optional, lambda text: vocabulary(text).value)
    parsers: dict[type, Callable[[str], object]] = {
        UtcDateTime: dt.datetime.fromisoformat,
        Date: dt.date.fromisoformat,
        Integer: int,
        Boolean: lambda text: TRUTH[text],
    }
    return CellRule(name, is_optional, parsers.get(type(kind), str))


def _faults(rule: CellRule, cell: str | None) -> list[str]:
    if cell is None:
        return [] if rule.is_optional else ["is missing"]
    try:
        value = rule.parse(cell)
    except (ValueError, KeyError) as error:
        return [f"{cell!r} cannot be read: {error}"]
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        return [f"{cell!r} has no zone"]
    if isinstance(value, int) and not isinstance(value, bool) and not 1 <= value <= LARGEST_NUMBER:
        return [f"{cell!r} is below 1" if value < 1 else f"{cell!r} is above {LARGEST_NUMBER}"]
    return []


def _unknown_ids(table: str, rows: tuple[Row, ...]) -> list[str]:
    if table not in ROWS:
        return []
    key = find_key(table)
    known = {r.id for r in load_risks()} if key == "risk_id" else {item.id for item in load_checklist()}
    names = [row.get(key) for row in rows]
    problems = [f"{table}: there is no {name} here" for name in names if name and name not in known]
    if table in KEYS:
        problems += [f"{table}: {name} stands twice" for name in set(names) if names.count(name) > 1]
    if table in NUMBERED:
        numbers = [(row.get(key), row.get("number")) for row in rows]
        twice = sorted({f"{name} {number}" for name, number in numbers if numbers.count((name, number)) > 1})
        problems += [f"{table}: {name} stands twice" for name in twice]
    return problems
