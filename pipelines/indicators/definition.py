"""What an indicator is: one SQL file that counts and one YAML file that says what is counted.

A definition is read whole or refused whole; an invalid one stops the load. How its units are counted
is in `compute`; who approved which limit is the register's business.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Self

import pyarrow as pa
from pydantic import Field, StringConstraints, model_validator

from pipelines.definition_file import InvalidFileError, Problem, open_definition
from pipelines.errors import DefinitionError
from pipelines.indicators.appetite import Appetite, Strict, Text
from pipelines.indicators.lineage import find_signals
from pipelines.indicators.vocabulary import Computer, Direction, Family, Kind, Status, Unit
from pipelines.own_signal import PREFIX
from pipelines.schemas.indicator import DEFINITION
from pipelines.settings import REPOSITORY
from pipelines.statement import Statement, dependencies, read_statement
from risk_register.deployment.passable import EXPECTED_SIDE

__all__ = [
    "INDICATORS",
    "Definition",
    "definition_version",
    "definitions_table",
    "dependencies",
    "load_definitions",
]

INDICATORS = REPOSITORY / "sql" / "indicators"

Need = Annotated[
    str,
    StringConstraints(
        pattern=r"^(event|notice|signal|field|review|canary|calendar|detector|register):[a-z0-9_]+$"
    ),
]

COUNTED = ("unit_id", "conversation_id", "occurred_at", "numerator", "denominator")
MEASURED = ("unit_id", "conversation_id", "occurred_at", "value", "is_censored")
COUNTED_USERS = ("unit_id", "user_id", "occurred_at", "numerator", "denominator")
SIGNAL = "signal:"
OWN_FACT = "fact.own_signal"
UNSEEN = "unseen"
"""A column more, where it matters: 1 for a unit in which nobody looked for the signal."""


class Change(Strict):
    """One line of the definition's history."""

    on: dt.date
    what: Text
    by: Text


class Definition(Strict):
    """One indicator."""

    indicator_id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Text
    question: Text
    numerator: Text
    denominator: Text
    kind: Kind
    direction: Direction
    family: Family
    minimum_denominator: int = Field(ge=1)
    parameters: dict[str, int | str] = Field(default_factory=dict)
    unit: Unit
    value_unit: Text | None = None
    """What a value of a distribution, or of an index that has a unit, is counted in, such as seconds."""
    computed_by: Computer = Computer.SQL
    bins: tuple[int, ...] = ()
    needs: tuple[Need, ...] = ()
    population_is_found: bool = False
    """Whether detectors find who belongs to the population, such as people at risk. Who was not read may
    belong to it, so that the coverage is that of all units of the kind."""
    is_of_any_kind: bool = False
    """Whether it counts whichever of many signals was found, such as harm of any kind. It then counts
    wherever a message was read at all, and readiness names each kind that is not looked for."""
    is_lower_bound: bool = False
    """Whether the raw value can only be more, because who is not flagged is not in it."""
    appetite: Appetite | None = None
    owner: Text
    status: Status
    drafted_by: Text
    checked_by: Text | None
    review_due_on: dt.date
    changes: tuple[Change, ...] = Field(min_length=1)
    sql: str = ""
    definition_version: str

    @property
    def looked_for(self) -> frozenset[str]:
        """The signals without which a unit is unknown; of an operator's own, `fact.own_signal` says it."""
        named = {need.removeprefix(SIGNAL) for need in self.needs if need.startswith(SIGNAL)}
        own = {name for name in named if name.startswith(PREFIX)}
        return frozenset() if self.is_of_any_kind else frozenset(named - own)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if problems := [*_list_problems(self), *_list_sql_problems(self)]:
            raise ValueError("; ".join(problems))
        return self


def load_definitions(folder: Path = INDICATORS) -> tuple[Definition, ...]:
    """Every definition of a folder, by id.

    Raises:
        InvalidFileError: one or more files are invalid; lists every problem of every file.
    """
    found: list[Definition] = []
    problems: list[Problem] = []
    paths = sorted(folder.glob("*.yaml"))
    for path in paths:
        try:
            found.append(_read(path))
        except InvalidFileError as error:
            problems.extend(error.problems)
    for name in sorted({path.stem for path in folder.glob("*.sql")} - {path.stem for path in paths}):
        what = f"has no {name}.yaml beside it; write one, or remove the SQL"
        problems.append(Problem(folder / f"{name}.sql", 1, "", what))
    if problems:
        raise InvalidFileError(problems)
    return tuple(found)


def definition_version(sql: str, text: str) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the SQL and the YAML."""
    return hashlib.sha256(f"{sql}\0{text}".encode()).hexdigest()[:16]


def definitions_table(definitions: tuple[Definition, ...]) -> pa.Table:
    """The definitions as `indicator.definition`."""
    return pa.Table.from_pylist([_as_row(one) for one in definitions], schema=DEFINITION.arrow_schema)


def _as_row(one: Definition) -> dict[str, Any]:
    plain = one.model_dump(mode="json")
    limits = one.appetite.limits if one.appetite else ()
    values = {
        "lifecycle": str(one.status),
        "parameters": json.dumps(one.parameters, sort_keys=True),
        "bins": json.dumps(one.bins) if one.bins else "",
        "needs": ",".join(one.needs),
        "value_unit": one.value_unit or "",
        "side": limits[0].side if limits else "",
        "watch": one.appetite.watch.value if one.appetite and one.appetite.watch else None,
        "breach": one.appetite.breach.value if one.appetite and one.appetite.breach else None,
        "appetite_reason": " ".join(
            [
                *dict.fromkeys(limit.reason for limit in limits),
                *dict.fromkeys(f"Source: {limit.source}." for limit in limits),
            ]
        ),
    }
    return {name: values.get(name, plain.get(name)) for name in DEFINITION.arrow_schema.names}


def _list_problems(one: Definition) -> list[str]:
    problems = []
    if one.status is Status.PUBLISHED and one.checked_by in (None, one.drafted_by):
        problems.append("published needs another person in checked_by than in drafted_by")
    if (one.kind is Kind.DISTRIBUTION) != bool(one.bins):
        problems.append("a distribution has bins, and nothing else has")
    if (one.kind is Kind.DISTRIBUTION) > (one.value_unit is not None):
        problems.append("a distribution says in value_unit what its values are counted in, such as seconds")
    if one.value_unit is not None and one.kind not in (Kind.DISTRIBUTION, Kind.INDEX):
        problems.append(f"a {one.kind} has no value_unit: what it counts is its unit")
    if list(one.bins) != sorted(set(one.bins)):
        problems.append("bins are lower edges, ascending, each once")
    if (one.computed_by is Computer.ASSESS) != (one.unit is Unit.DAY):
        problems.append("unit day is for what assess computes, and only that")
    if one.unit is Unit.USER_WEEK and one.kind is not Kind.PROPORTION:
        problems.append("a user in a week is counted as a proportion: what happened, or not")
    if one.direction is Direction.NEITHER and one.appetite is not None:
        problems.append("an indicator without a better direction is context and has no appetite")
    if one.appetite is not None:
        bad = EXPECTED_SIDE.get(one.direction)
        if bad is not None and one.appetite.limits[0].side != bad:
            problems.append(f"{one.direction} needs limits of the form `{bad}:`")
    return problems


def _list_sql_problems(one: Definition) -> list[str]:
    if one.computed_by is Computer.ASSESS:
        return ["computed by assess, so there must be no SQL beside it"] if one.sql else []
    if not one.sql:
        return ["there is no SQL file of this name beside it; write one, or say `computed_by: assess`"]
    try:
        statement = read_statement(one.sql)
    except DefinitionError as error:
        return [str(error)]
    problems = []
    wanted = MEASURED if one.kind is Kind.DISTRIBUTION else COUNTED
    wanted = COUNTED_USERS if one.unit is Unit.USER_WEEK else wanted
    if statement.columns not in (wanted, (*wanted, UNSEEN)):
        problems.append(f"the SQL returns {', '.join(statement.columns)}; it must return {', '.join(wanted)}")
    if statement.parameters != one.parameters.keys():
        named = ", ".join(sorted(statement.parameters)) or "none"
        problems.append(
            f"the SQL's parameters are {named}; the YAML must give a value for these and no other"
        )
    if foreign := sorted(name for name in statement.tables if not name.startswith("fact.")):
        problems.append(f"the SQL reads {', '.join(foreign)}; an indicator reads facts only")
    problems += _list_needs_unsaid(one, statement)
    if not statement.has_header:
        problems.append("the SQL must open with a sentence, `-- Grain:` and `-- Missing:`")
    return problems


def _list_needs_unsaid(one: Definition, statement: Statement) -> list[str]:
    """What the SQL counts has to be in `needs`: what is not there is not asked after, and counts as clear."""
    named = find_signals(one.sql, one.parameters)
    problems = [
        f"the SQL rests on the signal {name}, so `needs` must hold `{SIGNAL}{name}`: where nobody looked for "
        "it, it is unknown, and the figure would say 0"
        for name in sorted(named)
        if f"{SIGNAL}{name}" not in one.needs
    ]
    own = sorted(name for name in named if name.startswith(PREFIX))
    if own and OWN_FACT not in statement.tables:
        problems.append(
            f"the SQL counts the own signal {own[0]} without {OWN_FACT}, which says where it was looked for: "
            "join it, as sql/own/own_signal_share.sql does"
        )
    return problems


def _read(path: Path) -> Definition:
    beside = path.with_suffix(".sql")
    try:
        sql = beside.read_text(encoding="utf-8") if beside.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        problem = Problem(beside, 1, "", f"cannot be read: {type(error).__name__}")
        raise InvalidFileError([problem]) from None
    opened = open_definition(path)
    version = definition_version(sql, opened.text)
    return opened.read(Definition, {"indicator_id": path.stem, "sql": sql, "definition_version": version})
