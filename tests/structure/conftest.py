"""The tree as the structure tests see it: files that git knows or would add, read once."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGES = ("plimsoll", "pipelines", "methods", "risk_register", "dashboards")


@dataclass(frozen=True)
class Module:
    """A Python file: its path in the repository and its text."""

    path: str
    text: str

    @property
    def line_count(self) -> int:
        return len(self.text.splitlines())


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def files(repository: Path) -> dict[str, str]:
    """Text of every text file by its path in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=repository,
        check=True,
        capture_output=True,
    ).stdout.decode()
    contents = {
        name: (repository / name).read_bytes() for name in listed.split("\0") if (repository / name).is_file()
    }
    assert "pyproject.toml" in contents
    return {name: content.decode() for name, content in sorted(contents.items()) if b"\0" not in content}


@pytest.fixture(scope="session")
def modules(files: dict[str, str]) -> list[Module]:
    """Every Python file, tests included."""
    return [Module(path, text) for path, text in files.items() if path.endswith(".py")]


@pytest.fixture(scope="session")
def product_modules(modules: list[Module]) -> list[Module]:
    """The Python files of the five packages."""
    found = [module for module in modules if module.path.partition("/")[0] in PACKAGES]
    assert {module.path.partition("/")[0] for module in found} == set(PACKAGES)
    return found
