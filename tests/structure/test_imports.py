"""The import rules hold, and the exception list stays empty."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

FORBIDDEN_HERE = {
    "methods/planted.py": "import pipelines.settings",
    "risk_register/planted.py": "import pandas",
    "risk_register/database/planted.py": "import risk_register.review.labels",
    "risk_register/review/planted.py": "import risk_register.alarm.cases",
    "dashboards/planted.py": "import pipelines.lake",
    "pipelines/planted.py": "import plimsoll",
    "pipelines/schemas/planted.py": "import duckdb",
    "pipelines/lake/planted.py": "import pipelines.ingest.fold",
    "pipelines/ingest/files/planted.py": "import pipelines.ingest.sources.mapped",
    "dashboards/pages/planted.py": "import duckdb",
    "dashboards/pages/reports/planted.py": "import dashboards.pages.directory",
}


def check_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
    ]
    return subprocess.run(
        [*command, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture
def copied_tree(repository: Path, files: dict[str, str], tmp_path: Path) -> Path:
    for name, text in files.items():
        if name == "pyproject.toml" or (name.endswith(".py") and not name.startswith("tests/")):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
    return tmp_path


def test_the_import_rules_hold(repository: Path):
    result = check_imports(repository)
    assert result.returncode == 0, result.stdout
    assert "0 broken" in result.stdout


def test_a_planted_import_breaks_a_rule(copied_tree: Path):
    for name, line in FORBIDDEN_HERE.items():
        (copied_tree / name).write_text(f'"""Planted."""\n\n{line}\n')
    result = check_imports(copied_tree)
    assert result.returncode == 1
    unseen = [
        name for name in FORBIDDEN_HERE if name.removesuffix(".py").replace("/", ".") not in result.stdout
    ]
    assert unseen == [], result.stdout


def test_no_import_rule_has_an_exception(files: dict[str, str]):
    contracts = tomllib.loads(files["pyproject.toml"])["tool"]["importlinter"]["contracts"]
    assert len(contracts) >= 8
    assert [contract["name"] for contract in contracts if contract.get("ignore_imports")] == []
