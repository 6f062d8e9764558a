"""Python files: one noun each, of a size to read, saying what they are for, with errors that name their case.

Each rule is a function from one file to its faults. It is run on the tree, and on a planted fault that it
must see.
"""

import ast
import re
from collections.abc import Callable
from pathlib import Path, PurePath
from statistics import median

import pytest

LONGEST = 300  # lines; over it there are two nouns in a module
USUAL = range(50, 151)  # lines; where the median lies
NO_NOUNS = {
    *("utils", "util", "helpers", "helper", "common", "misc", "shared", "core", "base"),
    *("manager", "handler", "processor"),
}
LEFT_UNDONE = re.compile("TO" + "DO|FIX" + "ME|XX" + "X|NotImplemented" + "Error")
LEFT_OUT = re.compile(r"\bpytest\.(mark\.)?(skip|xfail)|\bimportor" + r"skip|unittest\.sk" + "ip")
BROAD = {"Exception", "BaseException"}
MAY_KNOW_DAGSTER = {"assets.py", "automation.py", "definitions.py"}
MAY_OPEN_DUCKDB = {"dashboards/published.py", "dashboards/evidence.py"}

Rule = Callable[[str, str], list[str]]


def find_missing_docstring(path: str, text: str) -> list[str]:
    tree = ast.parse(text)
    return [path] if tree.body and not ast.get_docstring(tree) else []


def find_name_without_noun(path: str, text: str) -> list[str]:
    parts = {PurePath(path).stem, *PurePath(path).parts[:-1]}
    return [path] if parts & NO_NOUNS else []


def find_left_undone(path: str, text: str) -> list[str]:
    return [f"{path}: {found.group()}" for found in LEFT_UNDONE.finditer(text)]


def find_left_out(path: str, text: str) -> list[str]:
    return [f"{path}: {found.group()}" for found in LEFT_OUT.finditer(text)]


def find_broad_except(path: str, text: str) -> list[str]:
    faults = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ExceptHandler):
            caught = [node.type] if not isinstance(node.type, ast.Tuple) else node.type.elts
            names = {None if kind is None else ast.unparse(kind).rpartition(".")[2] for kind in caught}
            if names & {None, *BROAD}:
                faults.append(f"{path}:{node.lineno}")
    return faults


def find_assert(path: str, text: str) -> list[str]:
    return [f"{path}:{node.lineno}" for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Assert)]


def imported(text: str) -> list[tuple[int, str]]:
    """Line and top-level name of every import, also of those inside functions."""
    found = []
    for node in ast.walk(ast.parse(text)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        found += [(node.lineno, name.partition(".")[0]) for name in names]
    return found


def find_dagster(path: str, text: str) -> list[str]:
    if path.startswith("pipelines/") and PurePath(path).name in MAY_KNOW_DAGSTER:
        return []
    return [f"{path}:{line}" for line, name in imported(text) if re.fullmatch(r"dagster(_\w+)?", name)]


def find_duckdb_in_dashboard(path: str, text: str) -> list[str]:
    if not path.startswith("dashboards/") or path in MAY_OPEN_DUCKDB:
        return []
    return [f"{path}:{line}" for line, name in imported(text) if name == "duckdb"]


def find_excess_length(path: str, text: str) -> list[str]:
    lines = len(text.splitlines())
    return [f"{path}: {lines} lines"] if lines > LONGEST else []


FOR_ALL: dict[Rule, tuple[str, str]] = {
    find_missing_docstring: ("methods/x.py", "import math\n"),
    find_name_without_noun: ("methods/helpers.py", ""),
    find_left_undone: ("methods/x.py", "# TO" + "DO: later\n"),
    find_left_out: ("tests/x.py", "@pytest.mark.sk" + "ipif(True)\n"),
}
FOR_THE_PRODUCT: dict[Rule, tuple[str, str]] = {
    find_broad_except: ("methods/x.py", "try:\n    f()\nexcept (ValueError, Exception):\n    f()\n"),
    find_assert: ("methods/x.py", "def f(a):\n    assert a\n"),
    find_dagster: ("pipelines/ingest/redaction/redact.py", "def f():\n    from dagster import asset\n"),
    find_duckdb_in_dashboard: ("dashboards/records.py", "import duckdb\n"),
    find_excess_length: ("methods/x.py", "a = 1\n" * (LONGEST + 1)),
}
RULES = FOR_ALL | FOR_THE_PRODUCT


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_planted_fault_is_found(rule: Rule):
    assert len(rule(*RULES[rule])) == 1


@pytest.mark.parametrize("rule", FOR_ALL, ids=lambda rule: rule.__name__)
def test_no_python_file_breaks_the_rule(rule: Rule, modules):
    assert [fault for module in modules for fault in rule(module.path, module.text)] == []


@pytest.mark.parametrize("rule", FOR_THE_PRODUCT, ids=lambda rule: rule.__name__)
def test_no_product_module_breaks_the_rule(rule: Rule, product_modules):
    assert [fault for module in product_modules for fault in rule(module.path, module.text)] == []


@pytest.mark.parametrize(
    "handler", ["except:", "except Exception:", "except builtins.BaseException as error:"]
)
def test_every_form_of_a_broad_except_is_found(handler: str):
    assert find_broad_except("x.py", f"try:\n    f()\n{handler}\n    f()\n") == ["x.py:3"]


@pytest.mark.parametrize(
    "line", ["import dagster as dg", "from dagster import asset", "import dagster_webserver.cli"]
)
def test_dagster_stays_in_the_thin_skin(line: str):
    assert find_dagster("pipelines/ingest/assets.py", line) == []
    assert find_dagster("dashboards/assets.py", line) == ["dashboards/assets.py:1"]
    assert find_dagster("pipelines/lake/lake.py", line) == ["pipelines/lake/lake.py:1"]


def test_a_module_of_the_greatest_length_passes_and_one_line_more_does_not():
    assert find_excess_length("x.py", "a = 1\n" * LONGEST) == []
    assert find_excess_length("x.py", "a = 1\n" * (LONGEST + 1)) == [f"x.py: {LONGEST + 1} lines"]


def test_modules_have_the_usual_length(product_modules):
    lengths = {module.path: module.line_count for module in product_modules if module.line_count > 5}
    longest = max(lengths, key=lengths.__getitem__)
    middle = round(median(lengths.values()))
    print(f"{len(lengths)} modules, median {middle} lines, longest {lengths[longest]} ({longest})")
    assert middle in USUAL


def mirrors_a_package(path: str, repository: Path) -> bool:
    return (repository.joinpath(*PurePath(path).parts[2:-1]) / "__init__.py").is_file()


def test_unit_tests_lie_as_the_packages_lie(repository: Path, modules):
    tests = [m.path for m in modules if m.path.startswith("tests/unit/") and "/test_" in m.path]
    assert tests != []
    assert [path for path in tests if not mirrors_a_package(path, repository)] == []


def test_a_unit_test_of_no_package_is_found(repository: Path):
    assert mirrors_a_package("tests/unit/pipelines/ingest/redaction/test_redact.py", repository)
    assert not mirrors_a_package("tests/unit/oceans/test_tide.py", repository)
