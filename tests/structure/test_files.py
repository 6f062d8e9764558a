"""Every file of the tree: no address of a package index, no path of a machine, packages locked by hash.

Each rule is a function from one file to its faults, run on the tree and on a planted fault that it must see.
"""

import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest

INDEX_ADDRESS = re.compile(
    r"https?://[^\s\"']*(pypi|pythonhosted|npmjs|/simple\b)|--(extra-)?index"
    + r"-url|^\s*(extra-)?index-url\s*=",
    re.MULTILINE,
)
# Written in pieces, so that this file does not find itself.
MACHINE_PATH = re.compile(
    "|".join(["/" + "work/", "/" + "farm/", "/" + "root/", "/(home|Us" + r"ers)/\w", "/opt/py" + "pi"])
)
LICENCE = "SPDX-License-Identifier: Apache-2.0"
LOCKS = tuple(f"requirements/{name}.txt" for name in ("uv", "run", "test", "names"))

FEWEST_FILES = 5
"""Of a package with files of its own for each system and Python; with one, nobody else could install it."""


def find_index_addresses(text: str) -> list[str]:
    return [found.group() for found in INDEX_ADDRESS.finditer(text)]


def find_machine_paths(text: str) -> list[str]:
    return [found.group() for found in MACHINE_PATH.finditer(text)]


def read_lock(text: str) -> dict[str, list[str]]:
    """The hashes of every requirement of a lock file, by its line without them."""
    requirements: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("    --hash="):
            requirements[list(requirements)[-1]].append(line.strip(" \\").removeprefix("--hash="))
        else:
            requirements[line.rstrip(" \\")] = []
    return requirements


def find_unlocked(text: str) -> list[str]:
    return [
        line
        for line, hashes in read_lock(text).items()
        if not re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+", line)
        or not hashes
        or not all(re.fullmatch("sha256:[0-9a-f]{64}", value) for value in hashes)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "https://" + "pypi.org/simple",
        "https://mirror.example/" + "simple/",
        "pip install --index" + "-url=x",
        "index-url = x",
    ],
)
def test_the_address_of_a_package_index_is_found(text: str):
    assert len(find_index_addresses(f"first line\n{text}")) == 1


@pytest.mark.parametrize(
    "text", ["/ro" + "ot/.venv", "/ho" + "me/ada/clone", "/Us" + "ers/ada", "open('/wo" + "rk/main/x')"]
)
def test_the_path_of_a_machine_is_found(text: str):
    assert len(find_machine_paths(text)) == 1


@pytest.mark.parametrize("text", ["the work/rest ratio", "https://example.org/home", "users/ada", "~/.cache"])
def test_an_ordinary_path_is_not_taken_for_one_of_a_machine(text: str):
    assert find_machine_paths(text) == []


def test_no_file_holds_the_address_of_a_package_index(files):
    assert {name: found for name, text in files.items() if (found := find_index_addresses(text))} == {}


def test_no_file_holds_a_path_of_a_machine(files):
    assert {name: found for name, text in files.items() if (found := find_machine_paths(text))} == {}


def find_other_sources(name: str, text: str) -> list[str]:
    """What makes packages come from somewhere else than the pip or uv setting of whoever installs them."""
    if name.startswith("requirements/"):
        return re.findall(r"\S*://\S*|^\s*(?:-f|--find-links|-i|--index\S*|--extra-index\S*)\b.*", text, re.M)
    tool = tomllib.loads(text).get("tool", {})
    tables = [f"tool.{one}.{key}" for one in ("uv", "pip", "pdm", "poetry") for key in tool.get(one, {})]
    needed = tomllib.loads(text).get("build-system", {}).get("requires", [])
    project = tomllib.loads(text).get("project", {})
    optional = [one for group in project.get("optional-dependencies", {}).values() for one in group]
    asked = [*needed, *project.get("dependencies", []), *optional]
    return [one for one in tables if re.search(r"index|source|find-links", one)] + [
        one for one in asked if "://" in one
    ]


def list_sources(files: dict[str, str]) -> list[str]:
    return [name for name in files if name.startswith("requirements/") or name == "pyproject.toml"]


def test_packages_come_from_where_who_installs_them_says(files):
    assert len(list_sources(files)) > len(LOCKS)
    assert {
        name: found for name in list_sources(files) if (found := find_other_sources(name, files[name]))
    } == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements/run.in", "dash\n--find-links https://mirror.example/wheels\n"),
        ("requirements/run.in", "dash @ https://mirror.example/dash.whl\n"),
        ("requirements/run.in", "dash @ git+ssh://mirror.example/dash\n"),
        ("requirements/run.in", "-f wheels\n"),
        ("pyproject.toml", "[[tool.uv.index]]\nurl = 'https://mirror.example'\n"),
        ("pyproject.toml", "[tool.uv]\nfind-links = ['wheels']\n"),
        ("pyproject.toml", "[[tool.poetry.source]]\nname = 'mirror'\n"),
        ("pyproject.toml", "[project]\ndependencies = ['dash @ https://mirror.example/dash.whl']\n"),
    ],
)
def test_another_source_of_packages_is_found(name: str, text: str):
    assert len(find_other_sources(name, text)) == 1


def test_the_address_of_a_homepage_is_no_source_of_packages():
    text = "[project.urls]\nHomepage = 'https://example.org'\n"
    assert find_other_sources("pyproject.toml", text) == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_version_and_hashes(name: str, files):
    assert read_lock(files[name]) != {}
    assert find_unlocked(files[name]) == []


@pytest.mark.parametrize(
    "planted",
    [
        "duckdb==2.0.0",
        "duckdb>=2 \\\n    --hash=sha256:" + "0" * 64,
        "duckdb==2.0.0 \\\n    --hash=md5:0",
        "-e .",
    ],
)
def test_a_package_without_version_or_hash_is_found(planted: str):
    assert len(find_unlocked(planted)) == 1


def test_the_test_lock_holds_all_of_the_run_lock(files):
    run, test = read_lock(files["requirements/run.txt"]), read_lock(files["requirements/test.txt"])
    versions = {line.partition(" ;")[0]: hashes for line, hashes in test.items()}
    assert [line for line, hashes in run.items() if versions.get(line.partition(" ;")[0]) != hashes] == []


def test_the_lock_of_a_model_for_names_goes_beside_the_others(files):
    test, names = read_lock(files["requirements/test.txt"]), read_lock(files["requirements/names.txt"])
    packages = {re.split(r"==| ;", line)[0] for line in test}
    shared = [line.partition(" ;")[0] for line in names if re.split(r"==| ;", line)[0] in packages]
    assert len(shared) > 10
    assert set(shared) <= {line.partition(" ;")[0] for line in test}


def test_what_is_compiled_is_locked_for_other_systems_too(files):
    lock = {
        re.split(r"==| ;", line)[0]: hashes
        for line, hashes in read_lock(files["requirements/test.txt"]).items()
    }
    compiled = [
        re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower()
        for one in distributions()
        if re.search(r"^Tag: (?!.*-any$)", one.read_text("WHEEL") or "", re.MULTILINE)
    ]
    counts = {name: len(lock[name]) for name in compiled if name in lock}
    assert len(counts) > 20
    assert [name for name, count in counts.items() if count < FEWEST_FILES] == []


def test_every_package_that_is_asked_for_is_locked(files):
    for kind in ("uv", "run", "test", "names"):
        asked = [
            line for line in files[f"requirements/{kind}.in"].splitlines() if line and line[0] not in "#-"
        ]
        locked = {re.split(r"==| ;", line)[0] for line in read_lock(files[f"requirements/{kind}.txt"])}
        assert asked != []
        assert [
            name for name in asked if name not in locked and re.split(r"[\[<=>~!]", name)[0] not in locked
        ] == []


def test_the_licence_is_stated_in_the_project_file_and_the_readme(files):
    assert tomllib.loads(files["pyproject.toml"])["project"]["license"] == LICENCE.partition(": ")[2]
    assert LICENCE in files["README.md"]


def test_the_start_scripts_can_be_executed(repository: Path):
    for name in ("run", ".ci/run"):
        assert (repository / name).stat().st_mode & 0o111, f"{name} is not executable"
