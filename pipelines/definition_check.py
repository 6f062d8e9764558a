"""Checks everything below `<home>/definitions` at once, as the stages would read it, and changes nothing.

For an operator's own CI: files are read whole, patterns are held against their sentences, the SQL of
indicators is run over empty facts. Keys of endpoints are not asked for: they are not where this runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.definition_file import InvalidFileError, Problem
from pipelines.detect.extras import FILE as DETECTORS
from pipelines.detect.extras import check_extras
from pipelines.detect.own import PATTERNS, load_own_detectors
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.errors import DefinitionError
from pipelines.hold import COUNTER, load_holds
from pipelines.hold import FILE as HOLDS
from pipelines.indicators.compute import build_facts, count_units, list_fact_sources
from pipelines.indicators.definition import Definition
from pipelines.indicators.own import OWN_INDICATORS, load_home_definitions
from pipelines.ingest.redaction.names import FILE as REDACTION
from pipelines.ingest.redaction.names import load_name_finder
from pipelines.notify.routing import FILE as NOTIFY
from pipelines.notify.routing import load_routing
from pipelines.own_signal import PREFIX, SIGNALS, load_own_signals
from pipelines.privacy.limits import FILE as RETENTION
from pipelines.privacy.limits import load_limits
from pipelines.schemas import LAKE_TABLES
from pipelines.settings import Home
from pipelines.statement import list_signals
from risk_register.content import load_taxonomy

SQL_AND_YAML = frozenset({".sql", ".yaml"})
PASSED_OVER = frozenset({"README.md", COUNTER})


@dataclass(frozen=True)
class Kind:
    """What may lie below `definitions`: a file or a folder, and what reads it."""

    name: str
    what: str
    check: Callable[[Home], object]


@dataclass(frozen=True)
class Check:
    """What was found below a home's definitions, and what is wrong with it."""

    checked: tuple[str, ...]
    problems: tuple[Problem, ...]


def check_definitions(home: Home) -> Check:
    """Read everything that a home defines; see the module."""
    checked: list[str] = []
    problems: dict[Problem, None] = {}
    for kind in KINDS:
        if not (home.definitions / kind.name).exists():
            continue
        checked.append(kind.name)
        try:
            kind.check(home)
        except InvalidFileError as error:
            problems |= dict.fromkeys(error.problems)
        except DefinitionError as error:
            problems[Problem(home.definitions / kind.name, 1, "", str(error))] = None
    return Check(tuple(checked), (*problems, *_list_strange(home.definitions)))


def _run_indicators(home: Home) -> None:
    """Count the operator's own indicators over facts without a row: what they name has to be there."""
    own = tuple(one for one in load_home_definitions(home) if one.indicator_id.startswith(PREFIX))
    problems: list[Problem] = _list_strange_signals(home, own)
    with DuckDBEngine(threads=1) as engine:
        for name in sorted(list_fact_sources()):
            engine.register(name, LAKE_TABLES[name].empty())
        build_facts(engine)
        for one in own:
            try:
                count_units(engine, (one,))
            except duckdb.Error as error:
                path = home.definitions / OWN_INDICATORS / f"{one.indicator_id}.sql"
                said = str(error).splitlines()[0]
                problems.append(Problem(path, _find_line(one.sql, said), "", said))
    if problems:
        raise InvalidFileError(problems)


def _list_strange_signals(home: Home, own: tuple[Definition, ...]) -> list[Problem]:
    """Signals that indicators name and nobody looks for: they would count nothing, day after day."""
    known = {one.id for one in (*load_taxonomy().signals, *load_own_signals(home.definitions))}
    problems = []
    for one in own:
        path = home.definitions / OWN_INDICATORS / f"{one.indicator_id}.sql"
        for name in sorted(list_signals(one.sql, one.parameters) - known):
            what = (
                f"there is no signal {name}, so it would count nothing; `signals/` and the taxonomy name them"
            )
            problems.append(Problem(path, _find_line(one.sql, f'"{name}"'), "", what))
        beside = path.with_suffix(".yaml")
        for need in one.needs:
            if need.startswith("signal:") and need.removeprefix("signal:") not in known:
                problems.append(
                    Problem(beside, 1, "needs", f"there is no signal {need.removeprefix('signal:')}")
                )
    return problems


KINDS = (
    Kind(DETECTORS, "judge, moderation, classifier, canary and their plan", check_extras),
    Kind(SIGNALS, "own signals", lambda home: load_own_detectors(home.definitions)),
    Kind(PATTERNS, "patterns by language", lambda home: load_own_detectors(home.definitions)),
    Kind(OWN_INDICATORS, "own indicators", _run_indicators),
    Kind(NOTIFY, "who is told", lambda home: load_routing(home.definitions)),
    Kind(REDACTION, "how names are found", lambda home: load_name_finder(home.definitions)),
    Kind(RETENTION, "how long each layer is kept", lambda home: load_limits(home.definitions)),
    Kind(HOLDS, "holds of counsel", load_holds),
)


def _find_line(sql: str, said: str) -> int:
    """The first line that holds the last name which the engine quotes; 1 where it quotes none."""
    named = re.findall(r'"(\w+)"', said)
    lines = ["" if line.startswith("--") else line for line in sql.splitlines()]
    holding = [
        number for number, line in enumerate(lines, 1) if named and re.search(rf"\b{named[-1]}\b", line)
    ]
    return holding[0] if holding else 1


def _list_strange(definitions: Path) -> Iterator[Problem]:
    """Files that nothing reads: most often a name that is misspelt."""
    known = {kind.name for kind in KINDS}
    allowed = "; ".join(f"{kind.name} ({kind.what})" for kind in KINDS)
    for path in sorted(definitions.iterdir()) if definitions.exists() else ():
        if path.name not in known | PASSED_OVER and not path.name.startswith("."):
            yield Problem(path, 1, "", f"nothing reads this; allowed: {allowed}")
    for name in (SIGNALS, PATTERNS, OWN_INDICATORS):
        ends = SQL_AND_YAML if name == OWN_INDICATORS else {".yaml"}
        for path in sorted((definitions / name).rglob("*")):
            if path.is_file() and path.suffix not in ends and path.name not in PASSED_OVER:
                yield Problem(
                    path, 1, "", f"nothing reads this; a file here ends with {' or '.join(sorted(ends))}"
                )
    for path in sorted((definitions / PATTERNS).glob("*.yaml")):
        yield Problem(path, 1, "", "patterns lie in the folder of their language, such as patterns/en/")
