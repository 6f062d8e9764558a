"""Every literal table of states is complete, and is tried at the doors or has none."""

from __future__ import annotations

import ast
import importlib
import re
from enum import StrEnum
from pathlib import Path

import pytest

import risk_register
from tests.unit.transition_doors import MACHINES, NO_DOOR, TRIED_ELSEWHERE

PACKAGE = Path(risk_register.__file__).resolve().parent
REPOSITORY = PACKAGE.parent
MODULES = sorted(PACKAGE.rglob("*.py"))


def find_tables() -> dict[str, Path]:
    """The modules that define a table of states, by name."""
    found = {}
    for path in MODULES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "TRANSITIONS":
                found[".".join(path.relative_to(PACKAGE).with_suffix("").parts)] = path
    return found


TABLES = find_tables()


def test_every_table_is_tried_at_the_doors_or_has_none() -> None:
    tried = {machine.name for machine in MACHINES} | TRIED_ELSEWHERE
    assert len(TABLES) > 8
    assert TABLES.keys() - tried == NO_DOOR
    assert not NO_DOOR & tried


@pytest.mark.parametrize("name", sorted(NO_DOOR))
def test_what_has_no_door_is_reached_by_no_page_and_no_command(name: str) -> None:
    package, module = name.split(".")
    used = re.compile(rf"risk_register\.{package}(\.{module}\b| import (\([^)]*|[^(\n]*)\b{module}\b)")
    assert used.search(f"from risk_register.{package} import kinds, {module}")
    assert used.search(f"from risk_register.{package} import (\n    kinds,\n    {module},\n)")
    for folder in ("dashboards", "plimsoll"):
        for path in (REPOSITORY / folder).rglob("*.py"):
            assert not used.search(path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_has_a_row_for_every_state_and_knows_no_other(name: str) -> None:
    table = importlib.import_module(f"risk_register.{name}").TRANSITIONS
    (kind,) = {type(state) for state in table}
    assert issubclass(kind, StrEnum)
    assert set(table) == set(kind)
    assert {target for targets in table.values() for target in targets} <= set(kind)
    assert all(len(set(targets)) == len(targets) for targets in table.values())


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_step_that_is_not_there_is_refused_in_the_one_sentence_that_lists_those_that_are(
    path: Path,
) -> None:
    asked_elsewhere = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare)
        and isinstance(node.ops[0], ast.NotIn)
        and "TRANSITIONS" in ast.unparse(node.comparators[0])
    ]
    assert asked_elsewhere == []
