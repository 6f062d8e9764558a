"""Documents keep up with the code: commands, paths and links in them exist, and words are explained."""

import re
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer

from pipelines.publish.build import WORST_DELAY_MINUTES
from pipelines.schemas import LAKE_TABLES, PUBLISHED_TABLES

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
COMMAND = re.compile(r"\bplimsoll ([^\n`#]+)")
TYPED = re.compile(r"(?:\./run|bin/)(?: ?)plimsoll ([^\n`#]+)")
RUN = re.compile(r"\./run ([a-z]+)")
PATH = re.compile(
    r"(?:plimsoll|pipelines|methods|risk_register|dashboards|sql|tests|docs|requirements|\.ci)/[\w./-]*|[\w-]+\.(?:toml|yaml)"
)
ENTRY = re.compile(r"- \*\*[^*]+\*\*: (?:(?!\. [A-Z]).)+\.")
MADE_BY_USE = {"mapping.yaml", "uv.toml", "dagster.yaml"}  # named in documents, kept by operators
WORDS = {
    *(
        "signal",
        "finding",
        "indicator",
        "appetite",
        "breach",
        "watch",
        "special cause",
        "alarm",
        "hazard",
        "harm",
    ),
    *(
        "severity",
        "likelihood",
        "control",
        "residual risk",
        "KRI",
        "attestation",
        "evidence",
        "contradiction",
    ),
    *("deployment", "model version", "conversation", "message", "turn", "incident", "review", "adjudication"),
    *("home", "generation", "lake", "delivery", "rejected", "coverage", "slice", "escalation", "handoff"),
    *(
        "notice",
        "regime",
        "register",
        "checklist",
        "detector",
        "thread",
        "user-week",
        "suppression",
        "status",
    ),
}


Command = Any  # a command of typer: `params`, and `commands` when it is a group; a deferred one has `loaded`


def documents(files: dict[str, str]) -> dict[str, str]:
    found = {name: text for name, text in files.items() if name.endswith(".md")}
    assert "README.md" in found
    return found


def find_dead_links(text: str, folder: Path) -> list[str]:
    dead = []
    for target in LINK.findall(text):
        path, _, heading = target.partition("#")
        if "://" in path:
            continue
        if path and not (folder / path).exists():
            dead.append(target)
            continue
        there = (folder / path).read_text() if path and heading else text
        if heading and heading not in headings(there):
            dead.append(target)
    return dead


def headings(text: str) -> set[str]:
    return {
        re.sub(r"[^\w -]", "", line.lstrip("#").strip().lower()).replace(" ", "-")
        for line in text.splitlines()
        if line.startswith("#")
    }


def find_dead_paths(text: str, repository: Path) -> list[str]:
    """Files, and tests written as file::test, that are not there."""
    dead = set()
    for span in CODE.findall(text):
        path, _, test = span.strip("`").partition("::")
        if span.startswith("```") or not PATH.fullmatch(path) or path in MADE_BY_USE:
            continue
        file = repository / path
        if not file.exists() or (test and f"\ndef {test}(" not in file.read_text()):
            dead.add(span.strip("`"))
    return sorted(dead)


def find_unknown_commands(text: str, app: Command) -> list[str]:
    """Commands and options named in code of `text` that `app` does not have."""
    unknown = []
    for words in COMMAND.findall("\n".join(CODE.findall(text))):
        at, options = app, {"--help"}
        options |= {name for parameter in at.params for name in parameter.opts}
        for word in words.split():
            commands = getattr(at, "commands", None)
            if word.startswith("--"):
                if word not in options:
                    unknown.append(f"{words}: {word}")
            elif commands and not word.strip(".").isupper():
                if word not in commands:
                    unknown.append(words)
                    break
                at = getattr(commands[word], "loaded", commands[word])
                options |= {name for parameter in at.params for name in parameter.opts}
    return unknown


def find_missing_options(text: str, app: Command) -> list[str]:
    """Commands written as they are typed (`./run plimsoll ...`) without an option that they ask for."""
    missing = []
    for words in TYPED.findall("\n".join(CODE.findall(text))):
        at = app
        said = words.split()
        for word in said:
            commands = getattr(at, "commands", None) or {}
            at = getattr(commands.get(word), "loaded", commands.get(word)) or at
        if getattr(at, "commands", None) or "--help" in said:
            continue
        missing += [
            f"{words}: {parameter.opts[0]}"
            for parameter in at.params
            if parameter.required and parameter.opts[0].startswith("--") and not {*parameter.opts} & {*said}
        ]
    return missing


def find_unknown_run_commands(text: str, script: str) -> list[str]:
    known = {
        name for line in re.findall(r"^([a-z |-]+)\)", script, re.MULTILINE) for name in line.split(" | ")
    }
    return sorted(set(RUN.findall(text)) - known)


@pytest.fixture(scope="session")
def app() -> Command:
    from plimsoll.__main__ import app as front_door

    return front_door


def test_every_link_leads_somewhere(files, repository: Path):
    found = {
        name: find_dead_links(text, (repository / name).parent) for name, text in documents(files).items()
    }
    assert {name: dead for name, dead in found.items() if dead} == {}


def test_every_path_that_a_document_names_exists(files, repository: Path):
    found = {name: find_dead_paths(text, repository) for name, text in documents(files).items()}
    assert {name: dead for name, dead in found.items() if dead} == {}


def test_every_command_that_a_document_names_exists(files, app: Command):
    found = {name: find_unknown_commands(text, app) for name, text in documents(files).items()}
    assert {name: unknown for name, unknown in found.items() if unknown} == {}


def test_every_command_that_a_document_prints_has_the_options_that_it_asks_for(files, app: Command):
    found = {name: find_missing_options(text, app) for name, text in documents(files).items()}
    assert {name: missing for name, missing in found.items() if missing} == {}


def test_every_run_command_that_a_document_names_exists(files):
    found = {name: find_unknown_run_commands(text, files["run"]) for name, text in documents(files).items()}
    assert {name: unknown for name, unknown in found.items() if unknown} == {}


def test_the_readme_states_the_longest_delay(files):
    assert f"up to {WORST_DELAY_MINUTES} minutes" in files["README.md"]


def test_the_glossary_explains_the_words_in_alphabetical_order(files):
    lines = [line for line in files["docs/glossary.md"].splitlines() if line.startswith("- ")]
    assert [line for line in lines if ENTRY.fullmatch(line) is None] == []
    entries = [line.split("**")[1] for line in lines]
    assert entries == sorted(set(entries), key=str.lower)
    layers = {table.layer for table in (*LAKE_TABLES.values(), *PUBLISHED_TABLES.values())}
    assert (WORDS | layers) - set(entries) == set()


@pytest.fixture
def small_app() -> Command:
    app, report = typer.Typer(), typer.Typer()
    app.add_typer(report, name="report")
    report.callback()(lambda: None)

    @report.command()
    def build(json: bool = False) -> None: ...

    @report.command()
    def issue(account: Annotated[str, typer.Option("--as")], json: bool = False) -> None: ...

    return typer.main.get_command(app)


@pytest.mark.parametrize(
    "planted", ["plimsoll reprot", "plimsoll report isue", "plimsoll report build --pdf"]
)
def test_a_command_that_does_not_exist_is_found(planted: str, small_app: Command):
    assert (
        find_unknown_commands("`./run plimsoll report build may/ --json` `plimsoll ARGS...`", small_app) == []
    )
    assert len(find_unknown_commands(f"text\n```sh\n./run {planted}   # words\n```\n", small_app)) == 1


def test_a_command_without_what_it_asks_for_is_found(small_app: Command):
    sound = (
        "`./run plimsoll report issue --as ada` `plimsoll report issue` `./run plimsoll report issue --help`"
    )
    assert find_missing_options(sound, small_app) == []
    planted = "`./run plimsoll report issue --json`\n```sh\n/opt/bin/plimsoll report issue   # words\n```\n"
    assert len(find_missing_options(planted, small_app)) == 2


def test_a_run_command_that_does_not_exist_is_found():
    assert find_unknown_run_commands("./run demo --days 3, ./run help, ./run dmo", "demo)\nhelp | -h)\n") == [
        "dmo"
    ]


def test_a_dead_link_and_a_dead_heading_are_found(tmp_path: Path):
    (tmp_path / "there.md").write_text("# One thing\n")
    sound = "# Here it is\n[a](there.md#one-thing) [b](#here-it-is) [c](https://example.org/x)"
    assert find_dead_links(sound, tmp_path) == []
    planted = "[a](there.md#two) [b](#here) [c](gone.md)"
    assert find_dead_links(planted, tmp_path) == ["there.md#two", "#here", "gone.md"]


def test_a_path_that_does_not_exist_is_found(repository: Path):
    assert find_dead_paths("`pyproject.toml` `tests/structure` `a/b`", repository) == []
    assert find_dead_paths("`pipelines/gone.py` `gone.toml`", repository) == [
        "gone.toml",
        "pipelines/gone.py",
    ]


def test_every_decision_has_a_number_of_its_own_that_its_title_repeats(repository):
    pages = sorted((repository / "docs" / "decisions").glob("*.md"))
    numbers = [page.name.partition("-")[0] for page in pages]
    assert numbers == [f"{place:04d}" for place in range(1, len(pages) + 1)]
    titles = [page.read_text(encoding="utf-8").splitlines()[0] for page in pages]
    assert [title.split()[:2] for title in titles] == [["#", number] for number in numbers]


def test_every_function_that_a_file_of_expected_values_checks_exists(repository: Path) -> None:
    table = (repository / "docs" / "statistics.md").read_text(encoding="utf-8").rpartition("| file |")[2]
    named = re.findall(r"`(\w+)\.(\w+)`", table)
    assert len(named) >= 25
    lost = [
        f"{module}.{name}"
        for module, name in named
        if not callable(getattr(import_module(f"methods.{module}"), name, None))
    ]
    assert lost == []
    assert not re.findall(r"`\w+`", table), "a name without its module cannot be found"
