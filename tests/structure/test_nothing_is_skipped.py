"""A test that skips itself, or expects to fail, fails; what is left out by `--without` is said."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PLANTED = '''
"""Planted."""

import pytest


@pytest.mark.sk{}ip(reason="planted")
def test_marked(): ...


def test_inside():
    pytest.sk{}ip("planted")


@pytest.mark.xf{}ail
def test_expected():
    assert False


@pytest.mark.xf{}ail
def test_unexpected(): ...


def test_sound(): ...
'''.replace("{}", "")
NEEDS_SHARED = '"""Planted."""\nimport pytest\n\n{mark}\ndef test_needs(shared): ...\ndef test_sound(): ...\n'


@pytest.fixture
def folder(repository: Path, tmp_path: Path) -> Path:
    """A tree of its own with our conftest and markers."""
    (tmp_path / "tests").mkdir()
    shutil.copy(repository / "tests" / "conftest.py", tmp_path / "tests")
    shutil.copy(repository / "pyproject.toml", tmp_path)
    return tmp_path


def run_pytest(folder: Path, test: str, *options: str) -> str:
    (folder / "tests" / "test_planted.py").write_text(test)
    command = [sys.executable, "-m", "pytest", "-p", "pytest_timeout", *options]
    few_plugins = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    result = subprocess.run(
        command, cwd=folder, env=few_plugins, capture_output=True, text=True, check=False, timeout=120
    )
    return result.stdout + result.stderr


def test_every_way_to_leave_a_test_out_is_a_failure(folder: Path):
    assert run_pytest(folder, PLANTED).splitlines()[-1].startswith("3 failed, 1 passed, 1 error in ")


def test_a_module_that_leaves_itself_out_is_a_failure(folder: Path):
    output = run_pytest(folder, "import pytest\n\npytest.importor" + 'skip("no_such_module")\n')
    assert output.splitlines()[-1].startswith("1 error in ")


def test_a_test_that_needs_an_outside_thing_carries_the_marker(folder: Path):
    assert "lack the `full` marker" in run_pytest(folder, NEEDS_SHARED.format(mark=""))


def test_an_outside_thing_that_is_missing_fails_its_tests(folder: Path):
    output = run_pytest(folder, NEEDS_SHARED.format(mark="@pytest.mark.full"))
    assert output.splitlines()[-1].startswith("1 passed, 1 error in ")
    assert f"{folder.parent / 'shared'} does not exist" in output


def test_what_is_left_out_on_request_is_named_with_its_reason(folder: Path):
    test = NEEDS_SHARED.format(mark="@pytest.mark.full")
    output = run_pytest(folder, test, "--without", "shared=it is not here")
    assert "Did not run: 1 tests, because it is not here:" in output
    assert "1 in tests/test_planted.py" in output
    assert output.splitlines()[-1].startswith("1 passed, 1 deselected in ")


def test_only_known_things_can_be_left_out(folder: Path):
    assert "does not know ['database']" in run_pytest(folder, PLANTED, "--without", "database=no")
